// A lot, and the book that one bids in: a group's, or that of individuals.

import { useSession } from '../app/context.ts';
import { useLedger } from '../app/ledger.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { calendarOf } from '../lots/calendar.ts';
import type { Book, Ledger } from '../lots/ledger.ts';
import { type Head, type Lot, readHead, readLot, sellerOf } from '../lots/lot.ts';
import { Phase, endOf, phaseWords } from '../lots/phases.ts';
import { Countdown } from '../ui/countdown.tsx';
import { eth, percent } from '../ui/money.ts';
import { Account, Facts, Go, Heading, Note, Ready, Section, Short, download } from '../ui/pieces.tsx';
import { linkTo } from '../ui/share.tsx';
import { MyBid } from './member/bid.tsx';
import { ItemView } from './member/item.tsx';
import { Members } from './member/members.tsx';
import { Terms } from './member/terms.tsx';

export function LotView({ route }: { route: Route }) {
  const { deployment, node, block } = useSession();
  const { dao, lot: number } = route;
  const read = async () => {
    if (number === null) throw new Error('The address names no lot.');
    const at = await sellerOf(node, deployment, dao);
    const [lot, head] = await Promise.all([readLot(node, at, number), readHead(node, at, dao, number)]);
    return { lot, head };
  };
  const loaded = useLoaded(read, [block?.number, block?.time], `${dao}/${number}`);
  return (
    <>
      <Heading>Lot {String(number ?? '')}{dao !== null && ', with a group'}</Heading>
      <Ready loaded={loaded} what="The lot">
        {({ lot, head }) => (lot.phase === Phase.None ? <Note kind="error">There is no lot {String(lot.number)} here.</Note> : <Found lot={lot} head={head} />)}
      </Ready>
    </>
  );
}

function Found({ lot, head }: { lot: Lot; head: Head }) {
  // at a house of others the logs are the house's own
  const ledger = useLedger(lot.at.isHouse ? null : lot.number);
  const told = ledger.state === 'ready' ? ledger.value.lot : null;
  const book = told?.book(head.contract) ?? null;
  // before one bids one reads what it is about; afterwards one's money comes first
  const isBidding = lot.phase === Phase.Bidding;
  const mine = (
    <>
      <MyBid lot={lot} head={head} book={book} />
      {head.group === null && <Elsewhere lot={lot} told={told} />}
    </>
  );
  return (
    <>
      <Standing lot={lot} head={head} told={told} />
      {!isBidding && mine}
      <Section title="Item"><ItemView lot={lot} /></Section>
      <Terms lot={lot} head={head} />
      {isBidding && mine}
      {head.group !== null && <GroupFacts head={head} />}
      {!lot.at.isHouse && (
        <Section title={head.group === null ? 'Who bids for themselves' : 'Members'}>
          <Ready loaded={ledger} what="The bids">{() => book && <Members book={book} head={head} />}</Ready>
        </Section>
      )}
      {head.group === null && <Groups lot={lot} told={told} />}
      {!lot.at.isHouse && (
        <p>
          <Go to={{ view: 'steps', lot: lot.number }}>Steps that anybody can take</Go>
          {lot.phase >= Phase.Closed && <>. <Go to={{ view: 'outcome', lot: lot.number }}>The outcome, checked by the rules</Go></>}
        </p>
      )}
    </>
  );
}

const PHASES: readonly number[] = [Phase.Bidding, Phase.Reveal, Phase.Tally, Phase.Closed, Phase.Settled];

/** The phases on the way of a lot: a draw only where something is left to it. */
function phasesOf({ phase, at }: Lot): readonly number[] {
  const all = at.isHouse || phase === Phase.Draw ? [...PHASES, Phase.Draw].sort((one, other) => one - other) : PHASES;
  return phase === Phase.Void ? [...all.filter((one) => one < Phase.Closed), Phase.Void] : all;
}

function Standing({ lot, head, told }: { lot: Lot; head: Head; told: Ledger | null }) {
  const { deployment } = useSession();
  const end = endOf(lot.phase, lot.schedule);
  const { name, text } = phaseWords(lot.phase);
  const isPriced = lot.phase >= Phase.Closed && lot.phase !== Phase.Void;
  const save = () => {
    const url = linkTo({ dao: head.group?.dao ?? null, lot: lot.number });
    download(`lot-${lot.number}.ics`, calendarOf(deployment.chainId, lot.at.address, lot.number, lot.schedule, url), 'text/calendar');
  };
  return (
    <>
      <ol class="steps" aria-label="Phases">
        {phasesOf(lot).map((phase) => (
          <li key={phase} {...(phase === lot.phase ? { 'aria-current': 'step' as const } : {})}>{phaseWords(phase).name}</li>
        ))}
      </ol>
      <p role="status"><strong>{name}</strong>{end !== null && <>, <Countdown end={end} /></>}. {text}</p>
      <Facts
        rows={[
          ['Reserve', told !== null ? eth(told.reserve) : lot.leader === null && !lot.at.isHouse && lot.phase < Phase.Closed ? eth(lot.price) : null],
          ['Price', isPriced ? eth(lot.price) : null],
          ['Winner', isPriced && lot.leader !== null ? <Winner lot={lot} head={head} told={told} /> : null],
          ['Each served pays', head.isWon && head.group !== null ? `${eth(head.share)}, ${head.members} of them` : null],
          ['Bond', `${percent(lot.schedule.bondBps)} of the deposit, if a sealed bid is not opened`],
          ['Groups', `${lot.entered}${lot.phase === Phase.Tally ? `, ${lot.arrived} of them counted` : ''}`],
        ]}
      />
      <p><button type="button" class="second" onClick={save}>Dates as a calendar file</button></p>
      {lot.at.isHouse && <Note kind="plain">This lot is an auction at a house of others, at which the group bids through an adapter once it is tallied.</Note>}
    </>
  );
}

function Winner({ lot, head, told }: { lot: Lot; head: Head; told: Ledger | null }) {
  const { deployment, wallet } = useSession();
  if (lot.leader === null) return null;
  const isGroup = told?.daos.includes(lot.leader) ?? head.group !== null;
  const isThis = lot.leader === head.group?.dao;
  return (
    <>
      {isThis ? 'this group' : isGroup ? 'a group' : 'an individual'}: <Account address={lot.leader} chainId={deployment.chainId} isYou={lot.leader === wallet?.account} />
      {isThis && head.isWon && <>. <Go to={{ view: 'estate', dao: lot.leader, lot: lot.number }}>What it owns</Go></>}
    </>
  );
}

function GroupFacts({ head: { group } }: { head: Head }) {
  const { deployment } = useSession();
  if (group === null) return null;
  return (
    <Section title="The group">
      <Facts
        rows={[
          ['Address', <Account address={group.dao} chainId={deployment.chainId} />],
          ['Bids', group.isOpen ? 'open: everybody sees them at once' : 'sealed: nobody sees them before bidding ends'],
          ['Smallest bid', group.minimumBid > 1n ? eth(group.minimumBid) : null],
        ]}
      />
      <p><Go to={{ view: 'group', dao: group.dao }}>The group and its lots</Go></p>
    </Section>
  );
}

/** The groups that one bids with: who looks at the lot alone must not think that a bid is gone. */
function Elsewhere({ lot, told }: { lot: Lot; told: Ledger | null }) {
  const { wallet } = useSession();
  if (wallet === null || told === null) return null;
  const daos = told.daos.filter((dao) => told.book(dao)?.of(wallet.account) !== undefined);
  return daos.map((dao) => (
    <Note kind="plain" key={dao}>
      You have a bid on this lot with a group: <Go to={{ dao, lot: lot.number }}>your bid with <Short address={dao} /></Go>.
    </Note>
  ));
}

/** The groups on a lot, each a way to bid. */
function Groups({ lot, told }: { lot: Lot; told: Ledger | null }) {
  return (
    <Section title="Groups on this lot">
      {lot.entered === 0 && <p>None yet. <Go to={{ view: 'new-group', lot: lot.number }}>Start one</Go>.</p>}
      <ul class="lots">
        {told?.daos.map((dao) => (
          <li key={dao}>
            <h3><Go to={{ dao, lot: lot.number }}>{lot.phase === Phase.Bidding ? 'Bid with' : 'See'} <Short address={dao} /></Go></h3>
            <p class="quiet">{depositsOf(told.book(dao))}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function depositsOf(book: Book | undefined): string {
  const boxes = [...(book?.boxes.values() ?? [])];
  return `${boxes.length.toLocaleString('en')} ${boxes.length === 1 ? 'member' : 'members'}, ${eth(boxes.reduce((sum, { deposit }) => sum + deposit, 0n))} of deposits`;
}
