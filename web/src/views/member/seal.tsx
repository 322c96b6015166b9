// Sealing a bid: the receipt is saved first, then one transaction brings seal, lock and deposit.

import { useMemo, useRef, useState } from 'preact/hooks';
import * as DAO from 'consort-contracts/DAO';

import { useSession } from '../../app/context.ts';
import { type Place, keep, receiptsOf } from '../../app/receipts.ts';
import { type Call, callOf } from '../../chain/send.ts';
import { type Node, nodeOf } from '../../chain/node.ts';
import { type Bid, type Head, type Lot, readBid, readHead } from '../../lots/lot.ts';
import { type Beacon, roundFor, timeOf } from '../../seals/beacon.ts';
import { type Opening, commitment, isLockable, newSalt } from '../../seals/commitment.ts';
import { lockBid } from '../../seals/lock.ts';
import { Action } from '../../ui/action.tsx';
import { UNIT, eth, parseEth, plainEth } from '../../ui/money.ts';
import { Field, Note, Tick } from '../../ui/pieces.tsx';
import { moment } from '../../ui/time.ts';
import { readDue } from './mine.ts';
import { downloadReceipt } from './receipt.tsx';

export interface SealProps {
  lot: Lot;
  head: Head;
  place: Place;
  /** What stands there now. */
  bid: Bid | null;
  /** A lot that is over, and what comes from it, in units: the new bid is sealed under that. */
  from?: { lot: bigint; due: bigint };
}

export function SealForm(props: SealProps) {
  const { deployment, wallet } = useSession();
  const { lot, head, place, bid, from } = props;
  const there = (bid?.deposit ?? 0n) + (from?.due ?? 0n);
  const draft = useMemo(() => unsent(place, bid), [place.contract, place.lot, place.bidder, bid?.commitment]);
  const [bidText, setBidText] = useState('');
  const [depositText, setDepositText] = useState(there > 0n ? plainEth(there) : '');
  const [isLocked, setLocked] = useState(deployment.beacon !== null);
  const [receipt, setReceipt] = useState<Opening | null>(null);
  const [isKept, setKept] = useState(true);
  const amount = parseEth(bidText);
  const deposit = parseEth(depositText);
  const flaws = flawsOf(amount, deposit, there, head);
  // a receipt is for one bid, and for a lock or none
  const isSaved = receipt !== null && receipt.bid === amount && isLockable(receipt.salt) === isLocked && receipt.bidder === place.bidder;
  const isGood = flaws.bid === null && flaws.deposit === null;

  const save = () => {
    if (typeof amount !== 'bigint') return;
    const made = { contract: place.contract, lot: place.lot, bidder: place.bidder, bid: amount, salt: newSalt(isLocked) };
    setKept(keep(place.chainId, made));
    downloadReceipt(made);
    setReceipt(made);
  };
  const goOn = (opening: Opening) => {
    setBidText(plainEth(opening.bid));
    setLocked(deployment.beacon !== null && isLockable(opening.salt));
    setReceipt(opening);
  };
  // what the question was asked about: it may stand while another tab sends
  const asked = useRef(props);
  const recheck = async () => {
    if (wallet === null || receipt === null) return 'Save the receipt first.';
    const flaw = await contradiction(nodeOf(wallet.offered.provider, place.chainId), asked.current, receipt.bid);
    return flaw === null ? null : `${flaw} Nothing was sent.`;
  };
  const call = async () => {
    if (receipt === null || !isSaved || typeof deposit !== 'bigint') return 'Save the receipt first.';
    asked.current = props;
    return (await recheck()) ?? sealing(props, receipt, isLocked ? deployment.beacon : null, (deposit - there) * UNIT);
  };
  return (
    <>
      {draft !== null && receipt === null && (
        <Note kind="plain">
          A receipt for a bid of {eth(draft.bid)} is saved on this device, but no bid stands that it opens.{' '}
          <button type="button" class="second" onClick={() => goOn(draft)}>Go on with it</button>
        </Note>
      )}
      <Field
        label="Bid, ETH"
        value={bidText}
        onInput={setBidText}
        inputMode="decimal"
        hint="The most that it is worth to you. You pay your share if served, never more than this."
        flaw={bidText === '' ? null : flaws.bid}
      />
      <Field
        label="Deposit, ETH"
        value={depositText}
        onInput={setDepositText}
        inputMode="decimal"
        hint={`At least the bid; everybody sees it, so a larger one hides the bid. What is not needed comes back.${there > 0n ? ` ${eth(there)} are there already.` : ''}`}
        flaw={depositText === '' ? null : flaws.deposit}
      />
      {deployment.beacon !== null && (
        <Tick
          isOn={isLocked}
          onChange={setLocked}
          label={
            <>
              Lock it to the beacon, so that anybody can open it after bidding and you need not come back
              <span class="hint"> (from {moment(timeOf(deployment.beacon, roundFor(deployment.beacon, lot.schedule.endOfBidding)))} on everybody can read it, even if you withdraw)</span>
            </>
          }
        />
      )}
      <p>
        <button type="button" disabled={!isGood} onClick={save}>{isSaved ? 'Save receipt again' : '1. Save receipt'}</button>
      </p>
      <p role="status" class="hint">
        {isSaved
          ? `The receipt is saved ${isKept ? 'on this device, and as a file' : 'as a file only, since this browser keeps nothing: look that it is there'}. Whoever has it knows your bid; without it and without the lock nobody can open it.`
          : 'The receipt opens your bid if nobody else does. It is saved before any money goes.'}
      </p>
      <Action
        label={from === undefined ? (bid === null ? '2. Seal bid' : '2. Replace bid') : '2. Roll to this lot'}
        blocked={isSaved && isGood ? null : 'Save the receipt first.'}
        call={call}
        recheck={recheck}
        dao={head.group?.dao ?? null}
        done={bid === null ? 'Your bid is sealed' : 'Your bid is replaced'}
        what={<What amount={amount} deposit={deposit} lot={lot} isLocked={isLocked} from={from} />}
      />
    </>
  );
}

function What(props: { amount: bigint | string; deposit: bigint | string; lot: Lot; isLocked: boolean; from?: SealProps['from'] }) {
  const { amount, deposit, lot, isLocked, from } = props;
  if (typeof amount !== 'bigint' || typeof deposit !== 'bigint') return null;
  return (
    <>
      <p>
        A bid of {eth(amount)} on lot {String(lot.number)} is sealed under a deposit of {eth(deposit)} in all
        {from !== undefined && <>, of which {eth(from.due)} come from lot {String(from.lot)}</>}. Nobody can read the bid before bidding ends.
      </p>
      <p>
        {isLocked
          ? 'Then anybody can open it by its lock. If nobody does in time, you can, by your receipt.'
          : 'You have to open it in the reveal phase, by your receipt, or leave the receipt with a keeper.'}{' '}
        If it is not opened, it costs the bond.
      </p>
    </>
  );
}

/** What the wallet's own node says otherwise than the page's, which a link may have brought, or another tab outrun: a lock opens by the
 * clock, and a bid above its deposit or below the minimum costs the bond. */
async function contradiction(own: Node, { lot, head, place, bid, from }: SealProps, amount: bigint): Promise<string | null> {
  const dao = head.group?.dao ?? null;
  const [there, stands, due] = await Promise.all([
    readHead(own, lot.at, dao, lot.number),
    readBid(own, head.contract, lot.number, place.bidder),
    from === undefined ? null : readDue(own, lot.at, dao, { ...place, lot: from.lot }),
  ]);
  if (there.endOfBidding !== lot.schedule.endOfBidding) return 'Your wallet’s node says that bidding ends at another time than this page’s node does.';
  if ((stands?.deposit ?? 0n) !== (bid?.deposit ?? 0n)) {
    return `By your wallet’s node ${eth(stands?.deposit ?? 0n)} lie under your bid, by this page ${eth(bid?.deposit ?? 0n)}: it was changed elsewhere just now, or the page’s node is wrong.`;
  }
  if (due !== null && due !== from?.due) return `By your wallet’s node ${eth(due)} can come from lot ${from?.lot}, by this page ${eth(from?.due ?? 0n)}.`;
  const least = there.group?.minimumBid ?? 1n;
  return amount < least ? `By your wallet’s node the group takes no bid below ${eth(least)}.` : null;
}

/** The call that seals `receipt`, `value` in wei. */
function sealing({ head, place, from, lot }: SealProps, receipt: Opening, beacon: Beacon | null, value: bigint): Call {
  const seal = commitment(BigInt(place.chainId), receipt);
  const book = head.contract;
  if (beacon === null) {
    return from === undefined
      ? callOf(book, DAO.abi, 'commit', [place.lot, seal], value)
      : callOf(book, DAO.abi, 'roll', [from.lot, place.lot, seal], value);
  }
  const lock = lockBid(beacon, roundFor(beacon, lot.schedule.endOfBidding), receipt.bid, receipt.salt);
  return from === undefined
    ? callOf(book, DAO.abi, 'commit', [place.lot, seal, lock], value)
    : callOf(book, DAO.abi, 'roll', [from.lot, place.lot, seal, lock], value);
}

function flawsOf(amount: bigint | string, deposit: bigint | string, there: bigint, head: Head): { bid: string | null; deposit: string | null } {
  const least = head.group?.minimumBid ?? 1n;
  const bidFlaw = typeof amount === 'string' ? amount : amount < least ? `At least ${eth(least)}.` : null;
  if (typeof deposit === 'string') return { bid: bidFlaw, deposit };
  if (typeof amount === 'bigint' && deposit < amount) return { bid: bidFlaw, deposit: 'The deposit has to cover the bid.' };
  if (deposit < there) return { bid: bidFlaw, deposit: `${eth(there)} are there already: to lower the deposit, withdraw first.` };
  return { bid: bidFlaw, deposit: null };
}

/** The newest receipt on this device that the bid as it stands is not sealed by. */
function unsent(place: Place, bid: Bid | null): Opening | null {
  const [newest] = receiptsOf(place);
  if (newest === undefined) return null;
  return bid?.isSealed && commitment(BigInt(place.chainId), newest) === bid.commitment ? null : newest;
}
