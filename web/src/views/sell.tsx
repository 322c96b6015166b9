// Selling: an item is approved and listed, with times that are checked before anything is signed; sales, and what they earned.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as tokenAbi } from 'consort-contracts/Item';
import { useState } from 'preact/hooks';
import { type Address, getAddress, isAddress, isAddressEqual, parseEventLogs, type TransactionReceipt } from 'viem';

import { useSession } from '../app/context.ts';
import { useGasWords } from '../app/gas_price.ts';
import { useLedger } from '../app/ledger.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { listedBy } from '../chain/history.ts';
import { callOf } from '../chain/send.ts';
import { readToken, type Token } from '../chain/token.ts';
import { parseDuration } from '../lots/durations.ts';
import { parseCount } from '../lots/counts.ts';
import { GAS } from '../lots/gas.ts';
import { type Lot, readLot } from '../lots/lot.ts';
import { endOf, isOver, Phase, phaseWords, type Schedule, SETTLEMENT_WINDOW } from '../lots/phases.ts';
import { flawsOf, type Remark, warningsOf } from '../lots/schedule.ts';
import { Action } from '../ui/action.tsx';
import { Books } from '../ui/books.tsx';
import { Countdown, useNow } from '../ui/countdown.tsx';
import { eth, ethOfWei, parseEth } from '../ui/money.ts';
import { Account, Copy, Facts, Field, Go, Heading, Note, Ready, Section, Whole } from '../ui/pieces.tsx';
import { linkTo } from '../ui/share.tsx';
import { localInput, moment, parseLocal, UTC } from '../ui/time.ts';
import { ItemView } from './member/item.tsx';

const DAY = 86_400n;
const HOUR = 3_600n;
const MOST_ID = 2n ** 256n - 1n;

export function Sell({ route: _ }: { route: Route }) {
  const { wallet } = useSession();
  return (
    <>
      <Heading>Sell</Heading>
      <p>
        An item (an ERC-721 token) is sold to the highest bidder, a group or somebody alone, at the least price with which it would still have won, never below
        your reserve. The auctioneer’s contract holds the item meanwhile. Unsold, it comes back.
      </p>
      {wallet !== null && <Sales seller={wallet.account} />}
      <ListForm />
    </>
  );
}

/** What was typed. */
interface Typed {
  token: string;
  tokenId: string;
  reserve: string;
  ends: string | null;
  reveal: string;
  tally: string;
  bond: string;
  members: string;
}

const EMPTY: Typed = { token: '', tokenId: '', reserve: '', ends: null, reveal: '1 day', tally: '1 day', bond: '100', members: '400' };

function ListForm() {
  const { deployment, node, wallet, block } = useSession();
  const now = useNow();
  const gasWords = useGasWords();
  const [typed, setTyped] = useState(EMPTY);
  const [listed, setListed] = useState<bigint | null>(null);
  const set = (field: keyof Typed) => (value: string) => setTyped((before) => ({ ...before, [field]: value }));
  const ends = typed.ends ?? (now === null ? '' : localInput(((now + 3n * DAY) / HOUR + 1n) * HOUR));

  const address = isAddress(typed.token.trim(), { strict: false }) ? getAddress(typed.token.trim()) : null;
  const tokenId = itemIn(typed.tokenId);
  const reserve = typed.reserve.trim() === '' ? null : parseEth(typed.reserve);
  const schedule = scheduleIn(ends, typed);
  const flaws = schedule === null || now === null ? [] : flawsOf(schedule, now);
  const members = parseCount(typed.members);
  const warnings = schedule === null || now === null || flaws.length > 0 || members === null ? [] : warningsOf(schedule, now, members);
  const said = (field: keyof Schedule) => flaws.find((flaw) => flaw.field === field)?.text ?? null;

  const loaded = useLoaded(
    async () => (address === null || tokenId === null ? null : readToken(node, address, tokenId, deployment.auctioneer)),
    [block?.number],
    `${address}/${tokenId}`,
  );
  const token = loaded.state === 'ready' ? loaded.value : null;
  const isYours = token !== null && typeof token !== 'string' && wallet !== null && isAddressEqual(token.owner, wallet.account);
  const isReady = isYours && members !== null && schedule !== null && flaws.length === 0 && typeof reserve === 'bigint' && reserve > 0n;

  const list = async () => {
    if (address === null || tokenId === null || schedule === null || typeof reserve !== 'bigint') return 'Fill in the form first.';
    const time = (await node.getBlock()).timestamp;
    const [flaw] = flawsOf(schedule, time > (now ?? 0n) ? time : (now ?? 0n));
    if (flaw !== undefined) return flaw.text;
    const times = { endOfBidding: Number(schedule.endOfBidding), endOfReveal: Number(schedule.endOfReveal), endOfTally: Number(schedule.endOfTally) };
    return callOf(deployment.auctioneer, auctioneerAbi, 'list', [address, tokenId, reserve, { ...times, bondBps: schedule.bondBps }]);
  };
  const onListed = ({ logs }: TransactionReceipt) => {
    const [event] = parseEventLogs({ abi: auctioneerAbi, eventName: 'LotListed', logs });
    if (event === undefined) return;
    setListed(event.args.lot);
    setTyped(EMPTY);
  };

  if (listed !== null) return <Listed number={listed} again={() => setListed(null)} />;
  return (
    <Section title="List an item">
      <h3>What</h3>
      <Field label="Contract of the item" value={typed.token} onInput={set('token')} flaw={typed.token.trim() !== '' && address === null ? 'This is no address: 0x and 40 digits.' : null} />
      <Field label="Number of the item" value={typed.tokenId} onInput={set('tokenId')} inputMode="numeric" flaw={typed.tokenId.trim() !== '' && tokenId === null ? 'This is no number.' : null} />
      {address !== null && tokenId !== null && <Ready loaded={loaded} what="The item">{(found) => found !== null && <Item token={found} at={address} tokenId={tokenId} isYours={isYours} />}</Ready>}
      <Field
        label="Reserve, ETH"
        value={typed.reserve}
        onInput={set('reserve')}
        inputMode="decimal"
        flaw={typeof reserve === 'string' ? reserve : reserve === 0n ? 'The reserve is at least 0.000000001 ETH.' : null}
        hint="The least you sell for. If nobody bids that much, the item comes back."
      />
      <h3>When</h3>
      <Field label="Bidding ends (your local time)" type="datetime-local" value={ends} onInput={set('ends')} flaw={parseLocal(ends) === null && ends !== '' ? 'This is no date.' : said('endOfBidding')} />
      <Field
        label="Then bids are opened, for"
        value={typed.reveal}
        onInput={set('reveal')}
        flaw={parseDuration(typed.reveal) === null ? 'Write a number with its unit, such as 1 day or 12 hours.' : said('endOfReveal')}
        hint="Bids with a time lock open two minutes after bidding ends; others need their bidders to come back."
      />
      <Field
        label="Then groups are counted, for at most"
        value={typed.tally}
        onInput={set('tally')}
        flaw={parseDuration(typed.tally) === null ? 'Write a number with its unit, such as 1 day or 12 hours.' : said('endOfTally')}
        hint="Over as soon as all groups have been counted; this is the longest that it may take."
      />
      <Field label="Members of the largest group you expect" value={typed.members} onInput={set('members')} inputMode="numeric" flaw={members === null ? 'Write a number from 1 on.' : null} hint="To see whether the time for counting is enough." />
      <Field
        label="Bond, % of the deposit"
        value={typed.bond}
        onInput={set('bond')}
        inputMode="decimal"
        flaw={bondIn(typed.bond) === null ? 'Write a percentage from 10 to 100.' : said('bondBps')}
        hint="What a bidder loses whose sealed bid is never opened. Nobody gets it: it is burnt."
      />
      {schedule !== null && flaws.length === 0 && <Times schedule={schedule} />}
      {warnings.map(({ field, text }: Remark) => <Note kind="risk" key={field}>{text}</Note>)}
      <Note kind="risk">
        Whoever controls the item’s contract may be able to take the item back, to stop it from moving, or to let it expire, in the midst of the sale and after it.
        {token !== null && typeof token !== 'string' && token.isReplaceable && <strong> The code of this one can be replaced by somebody.</strong>} Bidders will look at that.
      </Note>
      <h3>Sign, twice</h3>
      {wallet === null && <p>Connect the wallet that holds the item.</p>}
      {wallet !== null && (
        <>
          <p>First the item’s contract has to be told that the auctioneer may take this one item; then the auctioneer takes it, and bidding is open at once. Listing takes {gasWords(GAS.list)}.</p>
          {isYours && typeof token !== 'string' && token.isApproved ? (
            <Note kind="good">The auctioneer may take the item.</Note>
          ) : (
            <Action
              label="1. Let the auctioneer take the item"
              call={() => (address === null || tokenId === null ? 'Say which item first.' : callOf(address, tokenAbi, 'approve', [deployment.auctioneer, tokenId]))}
              dao={null}
              blocked={isYours ? null : 'Name an item that your wallet holds.'}
              what={<p>The auctioneer, <Whole text={deployment.auctioneer} />, may take item {String(tokenId)}. It takes it only when you list it.</p>}
              done="The auctioneer may take the item"
            />
          )}
          <Action
            label="2. List the item"
            call={list}
            dao={null}
            blocked={!isReady ? 'Mend the fields above first.' : typeof token !== 'string' && token?.isApproved ? null : 'The auctioneer may not take the item yet.'}
            what={
              schedule !== null && (
                <>
                  <p>
                    Item {String(tokenId)} goes to the auctioneer’s contract, and is for sale at {typeof reserve === 'bigint' ? eth(reserve) : '…'} or more. You cannot
                    call the sale off.
                  </p>
                  <Times schedule={schedule} />
                </>
              )
            }
            onDone={onListed}
            done="The item is listed"
          />
        </>
      )}
    </Section>
  );
}

function Item({ token, at, tokenId, isYours }: { token: Token | string; at: Address; tokenId: bigint; isYours: boolean }) {
  const { deployment, wallet } = useSession();
  if (typeof token === 'string') return <Note kind="error">{token}</Note>;
  return (
    <>
      <ItemView lot={{ token: at, tokenId, seller: null }} />
      <Facts rows={[['Owner', <Account address={token.owner} chainId={deployment.chainId} isYou={isYours} />]]} />
      {wallet !== null && !isYours && <Note kind="error">The item is not your wallet’s, so it cannot list it.</Note>}
    </>
  );
}

function Times({ schedule }: { schedule: Schedule }) {
  const at = (time: bigint) => <>{moment(time)} <span class="quiet">({UTC(time)})</span></>;
  return (
    <Facts
      rows={[
        ['Bidding ends', at(schedule.endOfBidding)],
        ['All bids open by', at(schedule.endOfReveal)],
        ['Groups counted by', at(schedule.endOfTally)],
        ['Paid, or void, by', at(schedule.endOfTally + SETTLEMENT_WINDOW)],
        ['Bond', `${schedule.bondBps / 100} % of a deposit`],
      ]}
    />
  );
}

function Listed({ number, again }: { number: bigint; again: () => void }) {
  return (
    <Section title="Listed">
      <Note kind="good" isLive>The item is for sale as lot {String(number)}.</Note>
      <p>Give this link to whoever may want to bid, or to start a group that bids:</p>
      <Copy text={linkTo({ lot: number })} label="Copy link" />
      <p class="buttons">
        <Go to={{ lot: number }}>Look at the lot</Go> <button type="button" class="second" onClick={again}>List another</button>
      </p>
    </Section>
  );
}

function Sales({ seller }: { seller: Address }) {
  const { deployment, node, block } = useSession();
  const read = async () => {
    const call = { address: deployment.auctioneer, abi: auctioneerAbi } as const;
    const [numbers, proceeds] = await Promise.all([
      listedBy(node, deployment.auctioneer, seller, deployment.block, block?.number ?? 0n),
      node.readContract({ ...call, functionName: 'proceeds', args: [seller] }),
    ]);
    const at = { address: deployment.auctioneer, isHouse: false };
    return { proceeds, lots: await Promise.all(numbers.reverse().map((number) => readLot(node, at, number))) };
  };
  const loaded = useLoaded(read, [block?.number], seller);
  return (
    <Ready loaded={loaded} what="Your sales">
      {({ proceeds, lots }) =>
        (lots.length > 0 || proceeds > 0n) && (
          <>
            <Proceeds proceeds={proceeds} seller={seller} />
            <Section title="Your sales">
              <ul class="lots">{lots.map((lot) => <li key={String(lot.number)}><Sale lot={lot} /></li>)}</ul>
            </Section>
          </>
        )
      }
    </Ready>
  );
}

function Proceeds({ proceeds, seller }: { proceeds: bigint; seller: Address }) {
  const { deployment } = useSession();
  const [other, setOther] = useState('');
  const to = other.trim() === '' ? seller : isAddress(other.trim(), { strict: false }) ? getAddress(other.trim()) : null;
  const [taken, setTaken] = useState<string | null>(null);
  return (
    <Section title="Proceeds">
      {taken !== null && <Note kind="good" isLive>{taken}</Note>}
      {proceeds === 0n ? (
        <p>Nothing to collect now.</p>
      ) : (
        <>
          <p>Your sales have earned <strong>{ethOfWei(proceeds)}</strong> that you have not collected. They wait for you without end.</p>
          <Action
            label="Collect the proceeds"
            call={() => (to === null ? 'This is no address.' : callOf(deployment.auctioneer, auctioneerAbi, 'withdrawProceeds', [to]))}
            dao={null}
            what={<p>{ethOfWei(proceeds)} are sent to {to === seller ? 'this account' : <Whole text={to ?? '…'} />}.</p>}
            onDone={() => setTaken(`${ethOfWei(proceeds)} were sent to ${to === seller ? 'your account' : to}.`)}
            done="The proceeds are sent"
          />
          <details>
            <summary>Have them sent to another account</summary>
            <Field label="Account" value={other} onInput={setOther} flaw={to === null ? 'This is no address.' : null} />
          </details>
        </>
      )}
    </Section>
  );
}

function Sale({ lot }: { lot: Lot }) {
  const [isShown, setShown] = useState(false);
  const end = endOf(lot.phase, lot.schedule);
  return (
    <>
      <h3><Go to={{ lot: lot.number }}>Lot {String(lot.number)}</Go>, item {String(lot.tokenId)}</h3>
      <p>
        <strong>{phaseWords(lot.phase).name}</strong>{end !== null && <>, <Countdown end={end} /></>}
        {lot.phase === Phase.Settled && <>. Sold at {eth(lot.price)}</>}
        {lot.phase < Phase.Closed && <>. Reserve {eth(lot.price)}</>}
      </p>
      <p class="quiet">{lot.entered} {lot.entered === 1 ? 'group' : 'groups'} entered{lot.phase >= Phase.Tally && `, ${lot.arrived} counted`}</p>
      {lot.phase === Phase.Void && <p>Nobody bought it. <Go to={{ view: 'steps', lot: lot.number }}>Have the item sent back, if it is not back yet</Go></p>}
      {!isOver(lot.phase) && lot.phase > Phase.Bidding && <p><Go to={{ view: 'steps', lot: lot.number }}>Steps that are open now</Go></p>}
      <details onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>Bids on it</summary>
        {isShown && <SaleBids number={lot.number} />}
      </details>
    </>
  );
}

function SaleBids({ number }: { number: bigint }) {
  const loaded = useLedger(number);
  return <Ready loaded={loaded} what="The bids">{({ lot, standing }) => <Books lot={lot} phase={standing.phase} />}</Ready>;
}

function itemIn(text: string): bigint | null {
  return /^\s*\d{1,78}\s*$/.test(text) && BigInt(text) <= MOST_ID ? BigInt(text) : null;
}

function bondIn(text: string): number | null {
  const [, digits] = /^\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*%?\s*$/.exec(text) ?? [];
  return digits === undefined ? null : Math.round(Number(digits.replace(',', '.')) * 10_000) / 100;
}

/** The schedule that was typed; null as long as a field holds no time. */
function scheduleIn(ends: string, { reveal, tally, bond }: Typed): Schedule | null {
  const [endOfBidding, opening, counting, bondBps] = [parseLocal(ends), parseDuration(reveal), parseDuration(tally), bondIn(bond)];
  if (endOfBidding === null || opening === null || counting === null || bondBps === null) return null;
  const endOfReveal = endOfBidding + BigInt(opening);
  return { endOfBidding, endOfReveal, endOfTally: endOfReveal + BigInt(counting), bondBps };
}
