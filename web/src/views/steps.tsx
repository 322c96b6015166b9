// What anybody can do on a lot now: open bids by their locks, count, settle, pay out, send back.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { useState } from 'preact/hooks';
import type { Address, Hex, TransactionReceipt } from 'viem';

import { useSession } from '../app/context.ts';
import { useGasWords } from '../app/gas_price.ts';
import { type Followed, useLedger } from '../app/ledger.ts';
import type { Route } from '../app/route.ts';
import { fetchSignature, sourcesOf } from '../chain/rounds.ts';
import { callOf } from '../chain/send.ts';
import { cut, type Duty, dutiesOf, gasOf } from '../lots/agenda.ts';
import { certificateOf, stepsLeft } from '../lots/counting.ts';
import { EACH } from '../lots/gas.ts';
import type { Book, Ledger } from '../lots/ledger.ts';
import { openAll, type Opened } from '../lots/openings.ts';
import { endOf, phaseWords, SETTLEMENT_WINDOW } from '../lots/phases.ts';
import { MAX_STEP, stepsOf } from '../lots/schedule.ts';
import { roundFor, timeOf } from '../seals/beacon.ts';
import { Action } from '../ui/action.tsx';
import { Books } from '../ui/books.tsx';
import { Countdown, useNow } from '../ui/countdown.tsx';
import { eth } from '../ui/money.ts';
import { Account, Field, Go, Heading, Note, Ready, Section, Transaction } from '../ui/pieces.tsx';

/** Makes the listener that notes what a transaction did, since the step that it was disappears with it. */
type Tell = (text: string) => (receipt: TransactionReceipt) => void;

/** Of how many open bids on a keeper is the better one to count and pay: it needs several transactions, each to be signed. */
const KEEPER_FROM = MAX_STEP;

export function Steps({ route }: { route: Route }) {
  const loaded = useLedger(route.lot);
  return (
    <>
      <Heading>What anybody can do on lot {String(route.lot ?? '')}</Heading>
      <Ready loaded={loaded} what="The lot">{(followed) => <Open {...followed} />}</Ready>
    </>
  );
}

function Open({ lot, standing, draws }: Followed) {
  const { deployment } = useSession();
  const now = useNow();
  const end = endOf(standing.phase, lot);
  const { name, text } = phaseWords(standing.phase);
  const [done, setDone] = useState<{ text: string; hash: Hex }[]>([]);
  const tell: Tell = (text) => ({ transactionHash: hash }) => setDone((before) => [...before, { text, hash }]);
  const duties = now === null ? [] : dutiesOf(lot, standing, now).filter((duty) => !draws || duty.kind !== 'settle');
  return (
    <>
      <p><strong>{name}</strong>{end !== null && <>, <Countdown end={end} /></>}. {text}</p>
      <p>
        None of these steps needs a certain person: each can be taken by anybody, from public data, and all that they do is fixed by the bids. Who takes one
        pays its gas, and gets nothing for it. A keeper (<code>consort keep</code>) takes them all by itself.
      </p>
      {draws && <Note kind="plain">Chance decides at this auctioneer. Its draw is left to a keeper, which has the proof of it.</Note>}
      {duties.length === 0 && now !== null && <p><strong>Nothing is to be done now.</strong> {next(standing.phase)}</p>}
      {duties.map((duty) => <DutyView key={keyOf(duty)} duty={duty} lot={lot} tell={tell} />)}
      {done.length > 0 && (
        <Section title="What you have done">
          <ul>{done.map(({ text, hash }) => <li key={hash}>{text}: <Transaction hash={hash} chainId={deployment.chainId} /></li>)}</ul>
        </Section>
      )}
      <Section title="The bids"><Books lot={lot} phase={standing.phase} /></Section>
      <p><Go to={{ view: 'outcome', lot: lot.number }}>See the outcome, checked by the rules</Go></p>
      <p>
        What nobody can do for you, such as having your money sent to another account, is on <Go to={{ lot: lot.number }}>the lot’s page</Go>; what a sale has
        earned is collected under <Go to={{ view: 'sell' }}>Sell</Go>.
      </p>
    </>
  );
}

function DutyView({ duty, lot, tell }: { duty: Duty; lot: Ledger; tell: Tell }) {
  switch (duty.kind) {
    case 'open':
      return <OpenLocks key={duty.book.contract} book={duty.book} lot={lot} gas={gasOf(duty)} tell={tell} />;
    case 'count':
      return <Count book={duty.book} lot={lot} gas={gasOf(duty)} tell={tell} />;
    case 'settle':
      return <Settle book={duty.book} price={duty.price} lot={lot} gas={gasOf(duty)} tell={tell} />;
    case 'pay':
      return <Pay book={duty.book} bidders={duty.bidders} lot={lot} gas={gasOf(duty)} tell={tell} />;
    case 'reclaim':
      return <Reclaim lot={lot} gas={gasOf(duty)} tell={tell} />;
  }
}

function OpenLocks({ book, lot, gas, tell }: { book: Book; lot: Ledger; gas: bigint; tell: Tell }) {
  const { deployment, node } = useSession();
  const now = useNow();
  const gasWords = useGasWords();
  const { beacon } = deployment;
  const [source, setSource] = useState(beacon === null ? '' : sourcesOf(beacon).join(' '));
  const [found, setFound] = useState<Opened | null>(null);
  const [tried, setTried] = useState<number | null>(null);
  const [flaw, setFlaw] = useState<string | null>(null);
  const sealed = book.sealed();
  const isSigned = (time: bigint) => now !== null && now >= time;
  const left = found === null ? [] : found.openings.filter(({ bidder }) => book.of(bidder)?.bid === null);

  const start = async () => {
    if (beacon === null) return;
    [setFlaw, setFound].forEach((set) => set(null));
    try {
      setTried(0);
      const signature = await fetchSignature(beacon, roundFor(beacon, lot.endOfBidding), source.split(/[\s,]+/).filter(Boolean));
      const chainId = BigInt(await node.getChainId());
      setFound(await openAll(signature, chainId, book.contract, lot.number, sealed, setTried));
    } catch (error) {
      setFlaw(error instanceof Error ? error.message : String(error));
    } finally {
      setTried(null);
    }
  };

  return (
    <Section title={`Open the bids of ${whose(book)}`}>
      <p>
        {count(sealed.length, 'bid is', 'bids are')} still sealed. They can be opened <Countdown end={lot.endOfReveal} />; one that nobody opens by then does not
        count, and costs its bidder the bond. {sealed.some(({ lock }) => lock !== null) ? 'Those with a time lock can be opened by anybody: ' : 'None has a time lock: only their bidders can open them. '}
        all together takes {gasWords(gas)}.
      </p>
      {beacon === null && <p>This deployment names no beacon, so nothing here is locked to one.</p>}
      {beacon !== null && sealed.some(({ lock }) => lock !== null) && (
        <>
          <p>
            The locks open by a number that the beacon (drand, or a local one on a test network) signs at a set time.
            {isSigned(timeOf(beacon, roundFor(beacon, lot.endOfBidding))) ? ' That time has come. ' : ' It comes '}
            {!isSigned(timeOf(beacon, roundFor(beacon, lot.endOfBidding))) && <Countdown end={timeOf(beacon, roundFor(beacon, lot.endOfBidding))} />}
            This page fetches the signature, checks it, and opens the locks here, which costs nothing.
          </p>
          <Field
            label="Where the beacon answers"
            value={source}
            onInput={setSource}
            inputMode="url"
            hint="One address or several. None is believed: a signature that is not the beacon’s is refused."
          />
          <p>
            <button type="button" disabled={tried !== null} onClick={() => void start()}>Fetch the signature and open the locks</button>
          </p>
          <div role="status" aria-live="polite">
            {tried !== null && <p>{tried === 0 ? 'Asking the beacon …' : `${tried} of ${sealed.length} locks tried …`}</p>}
            {found !== null && (
              <p>
                {count(found.openings.length, 'lock holds', 'locks hold')} the bid that was sealed.
                {found.unopened.length > 0 && ` ${count(found.unopened.length, 'bid has', 'bids have')} no lock that opens: only their bidders can open them.`}
              </p>
            )}
          </div>
          {flaw !== null && <Note kind="error" isLive>{flaw}</Note>}
          {cut(left, EACH.reveal).slice(0, 1).map((some) => (
            <Action
              key={some[0]?.bidder ?? ''}
              label={`Send ${count(some.length, 'opening', 'openings')}`}
              call={() => callOf(book.contract, daoAbi, 'revealBatch', [lot.number, some])}
              dao={book.ofDAO ? book.contract : null}
              what={<p>{count(some.length, 'bid', 'bids')} of {whose(book)} on lot {String(lot.number)} will be open for everybody to read, and count.</p>}
              onDone={tell('The bids are open')}
              done="The bids are open"
            />
          ))}
        </>
      )}
    </Section>
  );
}

function Count({ book, lot, gas, tell }: { book: Book; lot: Ledger; gas: bigint; tell: Tell }) {
  const { wallet } = useSession();
  const gasWords = useGasWords();
  const members = book.ascending().length;
  const steps = stepsLeft(book, wallet?.account ?? book.contract);
  const [some = []] = steps;
  return (
    <Section title={`Count the bids of ${whose(book)}`}>
      <p>
        {members === 0
          ? 'Nobody’s bid is open here. Counting that says so, and the lot need not wait for the group any more.'
          : `The contract counts ${count(members, 'open bid', 'open bids')}, the lowest first, and finds the most that some of its members can pay in equal shares. That is what the group bids.`}{' '}
        It takes {gasWords(gas)}. It can be done <Countdown end={lot.endOfTally} />; a group that nobody counts by then does not bid.
      </p>
      {members > KEEPER_FROM && (
        <Note kind="risk">
          Above {KEEPER_FROM} bids it takes several transactions, here {stepsOf(members)}, each of which you sign. That is work for a keeper: <code>consort keep</code>.
        </Note>
      )}
      <Action
        key={some[0] ?? ''}
        label={steps.length > 1 ? `Count the next ${some.length}` : 'Count'}
        call={() => callOf(book.contract, daoAbi, 'tally', [lot.number, some])}
        dao={book.contract}
        what={<p>{steps.length > 1 ? `${some.length} of the ${members} bids are counted; ${count(steps.length - 1, 'transaction follows', 'transactions follow')}.` : 'All bids are counted, and the group bids what its members can pay.'}</p>}
        onDone={tell(steps.length > 1 ? 'Counted so far' : 'The group has bid')}
        done={steps.length > 1 ? 'Counted so far' : 'The group has bid'}
      />
    </Section>
  );
}

function Settle({ book, price, lot, gas, tell }: { book: Book; price: bigint; lot: Ledger; gas: bigint; tell: Tell }) {
  const gasWords = useGasWords();
  const call = () => {
    if (!book.ofDAO) return callOf(lot.auctioneer, auctioneerAbi, 'settle', [lot.number]);
    const certificate = certificateOf(book, price);
    if (certificate === null) return 'The logs do not show a count that reaches the price. Read the lot again, or ask another node.';
    return callOf(book.contract, daoAbi, 'settle', [lot.number, certificate.start, certificate.best, certificate.bids]);
  };
  return (
    <Section title="Settle the lot">
      <p>
        {book.ofDAO ? `${capital(whose(book))} won` : 'Somebody who bids alone won'} at {eth(price)}. Settling has the winner pay from what was deposited, the
        seller earn it, and the item delivered{book.ofDAO && ' to the estate of those who pay'}. It takes {gasWords(gas)}, and can be done{' '}
        <Countdown end={lot.endOfTally + SETTLEMENT_WINDOW} />; if nobody does, the lot is void and everything goes back.
      </p>
      <Action
        label="Settle"
        call={call}
        dao={book.ofDAO ? book.contract : null}
        what={<p>The price of {eth(price)} is paid from the winner’s deposits, and the item is delivered. Nothing is taken from you but the gas.</p>}
        onDone={tell('The lot is settled')}
        done="The lot is settled"
      />
    </Section>
  );
}

function Pay({ book, bidders, lot, gas, tell }: { book: Book; bidders: readonly Address[]; lot: Ledger; gas: bigint; tell: Tell }) {
  const gasWords = useGasWords();
  const parts = cut(bidders, EACH.refundServed);
  const [some = []] = parts;
  const due = bidders.reduce((sum, bidder) => {
    const box = book.of(bidder);
    return box === undefined ? sum : sum + book.due(box);
  }, 0n);
  return (
    <Section title={`Pay out what is left to ${whose(book)}`}>
      <p>
        {count(bidders.length, 'bidder has', 'bidders have')} {eth(due)} to get: what is left of deposits. Each could claim it alone; sent to all at once it takes{' '}
        {gasWords(gas)}, far less in all. Who does not take it keeps the claim. Bonds of bids that nobody opened are burnt along with it.
      </p>
      {parts.length > 1 && <Note kind="risk">This takes {parts.length} transactions, each of which you sign. That is work for a keeper: <code>consort keep</code>.</Note>}
      <Action
        key={some[0] ?? ''}
        label={`Pay out ${count(some.length, 'bidder', 'bidders')}`}
        call={() => callOf(book.contract, daoAbi, 'claimBatch', [lot.number, some])}
        dao={book.ofDAO ? book.contract : null}
        what={<p>{count(some.length, 'bidder is', 'bidders are')} sent what is theirs. Nothing is taken from you but the gas.</p>}
        onDone={tell('Paid out')}
        done="Paid out"
      />
    </Section>
  );
}

function Reclaim({ lot, gas, tell }: { lot: Ledger; gas: bigint; tell: Tell }) {
  const { deployment } = useSession();
  const gasWords = useGasWords();
  return (
    <Section title="Send the item back">
      <p>
        The lot is void: nobody bought the item. It goes back to its seller, <Account address={lot.seller} chainId={deployment.chainId} />, whoever sends this. It
        takes {gasWords(gas)}.
      </p>
      <Action
        label="Send the item back"
        call={() => callOf(lot.auctioneer, auctioneerAbi, 'reclaim', [lot.number])}
        dao={null}
        what={<p>The item goes back to the seller. Nothing is taken from you but the gas.</p>}
        onDone={tell('The item is back')}
        done="The item is back"
      />
    </Section>
  );
}

function whose(book: Book): string {
  return book.ofDAO ? `group ${book.contract.slice(0, 8)}…${book.contract.slice(-4)}` : 'those who bid alone';
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function keyOf(duty: Duty): string {
  return `${duty.kind}/${'book' in duty ? duty.book.contract : ''}`;
}

/** What comes next, of a lot on which nothing is open. */
function next(phase: number): string {
  return phaseWords(phase).name === 'bidding' ? 'Once bidding has ended, bids are opened here.' : '';
}
