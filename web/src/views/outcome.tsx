// The outcome of a lot, worked out anew from the bids in its logs, beside what the contracts say.

import { Phase } from 'consort-contracts/enums';
import type { ComponentChildren } from 'preact';
import type { Address } from 'viem';

import { useSession } from '../app/context.ts';
import { type Followed, useLedger } from '../app/ledger.ts';
import type { Route } from '../app/route.ts';
import type { Ledger } from '../lots/ledger.ts';
import { type Check, checksOf, holds, type Verdict, verdictOf } from '../lots/outcome.ts';
import { phaseWords } from '../lots/phases.ts';
import { Books } from '../ui/books.tsx';
import { eth } from '../ui/money.ts';
import { Account, Facts, Go, Heading, Note, Ready, Section } from '../ui/pieces.tsx';

export function Outcome({ route }: { route: Route }) {
  const loaded = useLedger(route.lot);
  return (
    <>
      <Heading>The outcome of lot {String(route.lot ?? '')}, checked</Heading>
      <Ready loaded={loaded} what="The lot">
        {(followed) => (followed.draws ? <Note kind="plain">Chance decides at this auctioneer, by a draw that this page does not work out.</Note> : <Checked {...followed} />)}
      </Ready>
    </>
  );
}

function Checked({ lot, standing }: Followed) {
  const checks = checksOf(lot, standing);
  const wrong = checks.filter((check) => !holds(check));
  const lines = checks.filter(({ about }) => about !== 'back' && about !== 'burnt');
  const payouts = checks.filter(({ about }) => about === 'back' || about === 'burnt');
  const isDecided = standing.phase >= Phase.Closed;
  return (
    <>
      <p>
        <strong>{phaseWords(standing.phase).name}</strong>. This page takes the bids from the chain’s log, works out by the rules of the auction what has to come
        of them, and compares that with what the contracts did.
      </p>
      {checks.length === 0 ? (
        <p>There is nothing to check yet: groups bid once their members’ bids are counted.</p>
      ) : wrong.length === 0 ? (
        <Note kind="good" word="" isLive>Everything so far is as the rules say: {checks.length} {checks.length === 1 ? 'comparison' : 'comparisons'}.</Note>
      ) : (
        <Note kind="error" word="It differs: " isLive>
          {wrong.length} of {checks.length} comparisons differ. Either the node withheld part of the log, or the contracts are not what this page takes them for.
          Ask another node (&amp;node= in the address) before you believe it.
        </Note>
      )}
      {isDecided && <Said lot={lot} phase={standing.phase} verdict={verdictOf(lot)} />}
      {lines.length > 0 && (
        <Section title="Line by line">
          <ul class="checks">{lines.map((check) => <li key={about(check)}><Line check={check} /></li>)}</ul>
        </Section>
      )}
      {payouts.length > 0 && <Payouts payouts={payouts} />}
      <Section title="The bids"><Books lot={lot} phase={standing.phase} /></Section>
      <p><Go to={{ view: 'steps', lot: lot.number }}>What anybody can do on this lot</Go></p>
    </>
  );
}

/** What the rules say, in a few lines. */
function Said({ lot, phase, verdict }: { lot: Ledger; phase: number; verdict: Verdict }) {
  const { deployment } = useSession();
  if (verdict.winner === null) {
    const uncounted = lot.daos.some((dao) => !lot.hasBid(dao) && (lot.book(dao)?.ascending().length ?? 0) > 0);
    return (
      <p>
        Nobody{uncounted && ' whose bids were counted in time'} bid the reserve of {eth(lot.reserve)}: by the rules nobody wins, and everything goes back.
      </p>
    );
  }
  if (phase === Phase.Void) {
    return <p>Somebody would have won at {eth(verdict.price)}, but nobody settled it in time. By the rules the lot is void then, and everything goes back.</p>;
  }
  const { split } = verdict;
  const name = <Account address={verdict.winner} chainId={deployment.chainId} />;
  return (
    <Facts
      rows={[
        ['Winner by the rules', <>{split === null ? 'somebody who bids alone, ' : 'group '}{name}</>],
        ['Price', <>{eth(verdict.price)}: the least with which the winner would still have won</>],
        ['Served', split && `${split.served.toLocaleString('en')}: as many members as can share the price equally`],
        ['Share', split && `${eth(split.share)} each`],
      ]}
    />
  );
}

function Line({ check }: { check: Check }) {
  return (
    <>
      <strong>{holds(check) ? 'as the rules say' : 'differs'}:</strong> {nameOf(check)} <Value value={check.chain} check={check} />
      {!holds(check) && <>. By the rules it is <Value value={check.rules} check={check} /></>}
    </>
  );
}

function Payouts({ payouts }: { payouts: readonly Check[] }) {
  const wrong = payouts.filter((check) => !holds(check));
  const paid = payouts.filter(({ about }) => about === 'back').length;
  return (
    <Section title="What came back">
      <p>
        <strong>{wrong.length === 0 ? 'as the rules say' : 'differs'}:</strong>{' '}
        {paid === 1 ? 'One bidder was' : `${paid.toLocaleString('en')} bidders were`} paid out, each their deposit, less the share of those who are
        served, less the bond of those whose bid nobody opened
        {wrong.length > 0 && `; ${wrong.length} of them not`}.
      </p>
      <ul class="checks">{wrong.map((check) => <li key={about(check)}><Line check={check} /></li>)}</ul>
    </Section>
  );
}

function Value({ value, check }: { value: Address | bigint | null; check: Check }): ComponentChildren {
  const { deployment } = useSession();
  if (value === null) return 'nobody';
  if (typeof value === 'string') return <Account address={value} chainId={deployment.chainId} />;
  return check.about === 'served' ? value.toLocaleString('en') : eth(value);
}

function nameOf(check: Check): ComponentChildren {
  switch (check.about) {
    case 'willing':
      return <>group <Someone address={check.dao} /> bids, as the most that some of its members can pay in equal shares,</>;
    case 'winner':
      return 'the winner is';
    case 'price':
      return 'the price is';
    case 'share':
      return 'each who is served pays';
    case 'served':
      return 'the number of those served is';
    case 'paid':
      return 'the seller gets';
    case 'back':
      return <><Someone address={check.bidder} /> got back</>;
    case 'burnt':
      return <>the bond of <Someone address={check.bidder} />, burnt, is</>;
  }
}

function Someone({ address }: { address: Address }) {
  const { deployment } = useSession();
  return <Account address={address} chainId={deployment.chainId} />;
}

function about(check: Check): string {
  return `${check.about}/${'dao' in check ? check.dao : 'bidder' in check ? `${check.book}/${check.bidder}` : ''}`;
}
