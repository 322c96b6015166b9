// A group: what it is, on which lots it is, and which it can still enter.

import { abi as daoAbi } from 'consort-contracts/DAO';
import type { Address } from 'viem';

import { useSession } from '../app/context.ts';
import { useGasWords } from '../app/gas_price.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { isOurs } from '../chain/checks.ts';
import type { Deployment } from '../chain/deployment.ts';
import { enteredBy } from '../chain/history.ts';
import type { Node } from '../chain/node.ts';
import { callOf } from '../chain/send.ts';
import { GAS } from '../lots/gas.ts';
import { type Head, type Lot, newestLots, readHead, readLot } from '../lots/lot.ts';
import { endOf, Phase, phaseWords } from '../lots/phases.ts';
import { Action } from '../ui/action.tsx';
import { Countdown } from '../ui/countdown.tsx';
import { eth } from '../ui/money.ts';
import { Facts, Go, Heading, Note, Ready, Section, Whole } from '../ui/pieces.tsx';
import { Share } from '../ui/share.tsx';

/** How many of the newest lots are looked at for some to enter. */
const NEWEST = 24n;

interface Found {
  isDAO: boolean;
  isOpen: boolean;
  minimumBid: bigint;
  entered: { lot: Lot; head: Head }[];
  enterable: Lot[];
}

export function GroupView({ route }: { route: Route }) {
  const { deployment, node, block } = useSession();
  const { dao } = route;
  const loaded = useLoaded(
    () => (dao === null ? Promise.reject(new Error('The address names no group.')) : read(node, deployment, dao, block?.number ?? 0n)),
    [block?.number],
    String(dao),
  );
  return (
    <>
      <Heading>A group</Heading>
      <Ready loaded={loaded} what="The group">{(found) => dao !== null && <Group dao={dao} found={found} />}</Ready>
    </>
  );
}

function Group({ dao, found }: { dao: Address; found: Found }) {
  const gasWords = useGasWords();
  if (!found.isDAO) {
    return (
      <Note kind="error" isLive>
        This is no group of this page’s factory and auctioneer: <Whole text={dao} />. Whoever made it may keep what is sent there. Ask who gave you the link.
      </Note>
    );
  }
  return (
    <>
      <Facts
        rows={[
          ['Address', <Whole text={dao} />],
          ['Bids', found.isOpen ? 'open: everybody sees them at once' : 'sealed: nobody sees them before bidding ends'],
          ['Smallest bid', eth(found.minimumBid)],
        ]}
      />
      <Section title="Lots it is on">
        {found.entered.length === 0 && <p>None yet: it cannot bid before it enters one.</p>}
        <ul class="lots">
          {found.entered.map(({ lot, head }) => <li key={String(lot.number)}><Entered dao={dao} lot={lot} head={head} /></li>)}
        </ul>
      </Section>
      <Section title="Lots it can enter">
        {found.enterable.length === 0 && <p>No other lot takes bids now.</p>}
        {found.enterable.map((lot) => (
          <div key={String(lot.number)}>
            <p>
              Lot {String(lot.number)}, from {eth(lot.price)}, bidding <Countdown end={lot.schedule.endOfBidding} />. To enter takes {gasWords(GAS.enter)}.
            </p>
            <Action
              label={`Enter lot ${lot.number}`}
              call={() => callOf(dao, daoAbi, 'enter', [lot.number])}
              dao={dao}
              what={<p>The group enters lot {String(lot.number)}, so that its members can bid there. It binds nobody to bid, and anybody may do it.</p>}
              done={`The group is on lot ${lot.number}`}
            />
          </div>
        ))}
      </Section>
      <Section title="Bring others">
        <Share dao={dao} lot={openLot(found)} />
      </Section>
    </>
  );
}

function Entered({ dao, lot, head }: { dao: Address; lot: Lot; head: Head }) {
  const end = endOf(lot.phase, lot.schedule);
  return (
    <>
      <h3><Go to={{ dao, lot: lot.number }}>Lot {String(lot.number)}</Go></h3>
      <p>
        <strong>{phaseWords(lot.phase).name}</strong>{end !== null && <>, <Countdown end={end} /></>}
        {head.isWon && <>. Won: {head.members} {head.members === 1 ? 'member pays' : 'members pay'} {eth(head.share)} each</>}
      </p>
      {head.isWon && <p><Go to={{ view: 'estate', dao, lot: lot.number }}>What the group owns</Go></p>}
    </>
  );
}

/** The lot that a link should name: the newest that still takes bids. */
function openLot({ entered }: Found): bigint | null {
  return entered.find(({ lot }) => lot.phase === Phase.Bidding)?.lot.number ?? null;
}

async function read(node: Node, deployment: Deployment, dao: Address, newest: bigint): Promise<Found> {
  const isDAO = await isOurs(node, deployment, dao);
  if (!isDAO) return { isDAO: false, isOpen: false, minimumBid: 0n, entered: [], enterable: [] };
  const call = { address: dao, abi: daoAbi } as const;
  const [isOpen, minimumBid, numbers, lots] = await Promise.all([
    node.readContract({ ...call, functionName: 'isOpen' }),
    node.readContract({ ...call, functionName: 'minimumBid' }),
    enteredBy(node, dao, deployment.block, newest),
    newestLots(node, deployment.auctioneer, NEWEST),
  ]);
  const at = { address: deployment.auctioneer, isHouse: false };
  const entered = await Promise.all(
    [...numbers].reverse().map(async (number) => ({
      lot: lots.find((lot) => lot.number === number) ?? (await readLot(node, at, number)),
      head: await readHead(node, at, dao, number),
    })),
  );
  return { isDAO, isOpen, minimumBid, entered, enterable: lots.filter(({ number, phase }) => phase === Phase.Bidding && !numbers.includes(number)) };
}
