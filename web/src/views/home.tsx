// All lots of the deployment, newest first.

import { useState } from 'preact/hooks';

import { useSession } from '../app/context.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { type Lot, lotCount, newestLots } from '../lots/lot.ts';
import { endOf, phaseWords } from '../lots/phases.ts';
import { eth } from '../ui/money.ts';
import { Account, Go, Heading, Ready } from '../ui/pieces.tsx';
import { Countdown } from '../ui/countdown.tsx';

/** Lots that are read at once. */
const SOME = 12n;

export function Home(_: { route: Route }) {
  const { deployment, node, block } = useSession();
  const [shown, setShown] = useState(SOME);
  const read = async () => {
    const [count, lots] = await Promise.all([lotCount(node, deployment), newestLots(node, deployment.auctioneer, shown)]);
    return { count, lots };
  };
  const loaded = useLoaded(read, [block?.number, shown], deployment.auctioneer);
  return (
    <>
      <Heading>Lots</Heading>
      <Ready loaded={loaded} what="The lots">
        {({ count, lots }) => (
          <>
            {count === 0n && <p>Nothing was listed here yet.</p>}
            <ul class="lots">
              {lots.map((lot) => <li key={String(lot.number)}><Card lot={lot} /></li>)}
            </ul>
            {deployment.adapters.length > 0 && (
              <p class="quiet">Groups bid at auction houses of others, too, through adapters. Those lots are not listed here: a group’s own link leads there.</p>
            )}
            {count > shown && <button type="button" class="second" onClick={() => setShown(shown + SOME)}>Show older lots</button>}
          </>
        )}
      </Ready>
    </>
  );
}

function Card({ lot }: { lot: Lot }) {
  const { deployment } = useSession();
  const end = endOf(lot.phase, lot.schedule);
  return (
    <>
      <h2><Go to={{ lot: lot.number }}>Lot {String(lot.number)}</Go></h2>
      <p>
        <strong>{phaseWords(lot.phase).name}</strong>{end !== null && <>, <Countdown end={end} /></>}
      </p>
      <p class="quiet">
        Item {String(lot.tokenId)} of <Account address={lot.token} chainId={deployment.chainId} />,{' '}
        {lot.leader === null ? `at ${eth(lot.price)} or more` : `price ${eth(lot.price)}`},{' '}
        {lot.entered} {lot.entered === 1 ? 'group' : 'groups'}
      </p>
    </>
  );
}
