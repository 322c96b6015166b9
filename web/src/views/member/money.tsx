// One's money on a lot: deposit, what it pays, bond, back, and where it is now.

import { useSession } from '../../app/context.ts';
import { dueOf } from '../../lots/money.ts';
import type { Box } from '../../lots/ledger.ts';
import type { Bid, Head, Lot } from '../../lots/lot.ts';
import { Phase } from '../../lots/phases.ts';
import { useNow } from '../../ui/countdown.tsx';
import { eth, percent } from '../../ui/money.ts';
import { Facts, Transaction } from '../../ui/pieces.tsx';
import type { Mine } from './mine.ts';

/** `box`: what the logs tell of the bid; null where they are not read. */
export function MoneyFacts({ lot, head, mine, box }: { lot: Lot; head: Head; mine: Mine; box: Box | null }) {
  const { deployment } = useSession();
  const now = useNow() ?? 0n;
  const { bid, receipt, isServed, hasAccess } = mine;
  if (bid === null && box === null) return <p>You have no bid on this lot{head.group === null ? ' of your own' : ' with this group'}.</p>;
  const isDecided = head.phase >= Phase.Closed;
  const due = bid === null ? null : dueOf(lot, head, bid, isServed, now);
  const isLost = bid === null ? box?.bid === null : bid.isSealed && lot.phase > Phase.Reveal;
  const sealed = isLost ? 'never opened' : 'sealed';
  const said = bid?.isSealed ? (receipt === null ? sealed : `${sealed}: ${eth(receipt.bid)}, by the receipt on this device`) : eth(bid?.bid ?? box?.bid ?? 0n);
  return (
    <Facts
      rows={[
        ['Bid', bid === null && isLost ? 'never opened' : said],
        ['Deposit', eth(box?.deposit ?? bid?.deposit ?? 0n)],
        ['Served', isDecided ? servedWords(head, isServed) : null],
        ['Access', isDecided && isServed && head.group !== null ? (hasAccess ? 'yes' : head.isWon ? 'no longer: the item was sold again' : 'once the lot is settled') : null],
        ['Pays', isServed && head.isWon ? eth(head.group === null ? lot.price : head.share) : isServed && head.group === null && lot.phase === Phase.Settled ? eth(lot.price) : null],
        ['Bond', bondWords(box, due?.bond ?? 0n, lot)],
        ['Back', box !== null && box.received > 0n ? eth(box.received) : due !== null && due.amount > 0n && due.wait === null ? `${eth(due.amount)} can be claimed` : null],
        ['Where it is', whereWords()],
      ]}
    />
  );

  function whereWords() {
    if (box?.paidIn) return <>paid out in <Transaction hash={box.paidIn} chainId={deployment.chainId} /></>;
    if (bid === null) return null;
    if (bid.deposit === 0n) return 'paid out';
    return `in the contract. ${waitWords(lot, bid, due?.wait ?? null)}`;
  }
}

/** When one can have it. */
function waitWords({ phase }: Lot, { isSealed }: Bid, wait: string | null): string {
  if (phase === Phase.Bidding) return 'Until bidding ends you can take all of it back.';
  if (phase === Phase.Reveal && isSealed) return 'Once the bid is open it stays there until the lot is decided; if it is never opened, the rest can be claimed after the reveal.';
  return wait ?? '';
}

function servedWords(head: Head, isServed: boolean): string {
  if (head.phase === Phase.Void) return 'no: nobody won';
  if (head.group !== null && head.phase === Phase.Closed) return 'not known before the lot is settled';
  return isServed ? 'yes' : 'no';
}

function bondWords(box: Box | null, bond: bigint, lot: Lot): string | null {
  if (box !== null && box.burnt > 0n) return `${eth(box.burnt)} burnt: the bid was never opened`;
  if (bond > 0n && lot.phase > Phase.Reveal) return `${eth(bond)} lost: the bid was never opened`;
  return bond > 0n ? `${eth(bond)} (${percent(lot.schedule.bondBps)}) if nobody opens the bid` : null;
}
