// A lot, and the book that one bids in: a group's, or that of individuals.

import { useSession } from '../app/context.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { readHead, readLot, sellerOf } from '../lots/lot.ts';
import { endOf, phaseWords } from '../lots/phases.ts';
import { Countdown } from '../ui/countdown.tsx';
import { eth, percent } from '../ui/money.ts';
import { Account, Facts, Heading, Note, Ready } from '../ui/pieces.tsx';

export function LotView({ route }: { route: Route }) {
  const { deployment, node, block } = useSession();
  const { dao, lot: number } = route;
  const read = async () => {
    if (number === null) throw new Error('The address names no lot.');
    const at = await sellerOf(node, deployment, dao);
    const [lot, head] = await Promise.all([readLot(node, at, number), readHead(node, at, dao, number)]);
    return { lot, head };
  };
  const loaded = useLoaded(read, [block?.number], `${dao}/${number}`);
  return (
    <>
      <Heading>Lot {String(number ?? '')}</Heading>
      <Ready loaded={loaded} what="The lot">
        {({ lot, head }) => {
          if (lot.phase === 0) return <Note kind="error">There is no lot {String(lot.number)} here.</Note>;
          const end = endOf(lot.phase, lot.schedule);
          return (
            <Facts
              rows={[
                ['Phase', <><strong>{phaseWords(lot.phase).name}</strong>{end !== null && <>, <Countdown end={end} /></>}</>],
                ['Seller', lot.seller && <Account address={lot.seller} chainId={deployment.chainId} />],
                [lot.leader === null ? 'Reserve' : 'Price', eth(lot.price)],
                ['Bond', percent(lot.schedule.bondBps)],
                ['Group', head.group && <Account address={head.contract} chainId={deployment.chainId} />],
              ]}
            />
          );
        }}
      </Ready>
    </>
  );
}
