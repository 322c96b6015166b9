// What can cost a member most on this lot: the README's risks, where they apply.

import { QUICKNET_HASH, chainHash } from '../seals/beacon.ts';
import type { Deployment } from '../chain/deployment.ts';
import { eth, percent } from '../ui/money.ts';
import type { Head, Lot } from './lot.ts';

const ALL = 10_000;
/** From so many members on, counting them takes more transactions than one would send by hand. */
const MANY = 5_000;
/** Chains on which the time stands in the blocks as it is. */
const DEVELOPMENT = [31_337, 1_337];

/** What to mind, in sentences, the worst first. `isFinal` null: it is not known. */
export function risksOf(lot: Lot, head: Head, deployment: Deployment, isFinal: boolean | null, behindSeconds: bigint): string[] {
  const { bondBps } = lot.schedule;
  const { group } = head;
  const isSealed = group?.isOpen !== true;
  const risks: (string | false)[] = [
    isFinal === false &&
      'Lot and group are so new that the chain may still undo them; your bid could then land on another lot. Wait some minutes.',
    group !== null && group.isOpen &&
      'Bids of this group are open: everybody sees them, can answer them, and can take theirs back in the last second.',
    isSealed && bondBps < ALL &&
      `The bond is ${percent(bondBps)} of the deposit. Below the whole deposit a seller can gain by bids of its own that it opens or not once it has seen yours: the price can come out anywhere up to what ${group === null ? 'you' : 'your group'} bid.`,
    isSealed && `A bid that nobody opens does not count and costs its bond, ${percent(bondBps)} of the deposit. The lock prevents that if somebody sends the opening; keep your receipt to do it yourself.`,
    isSealed && deployment.beacon !== null && chainHash(deployment.beacon) !== QUICKNET_HASH &&
      'Bids are locked to a beacon that is not drand’s quicknet: whoever runs it can read locked bids at any time.',
    isSealed && behindSeconds > 90n && !DEVELOPMENT.includes(deployment.chainId) &&
      'The chain’s clock is behind this device’s: a lock could open before bidding ends. Seal without a lock, and come back to open your bid.',
    group !== null && group.minimumBid > 1n && `The smallest bid that this group takes is ${eth(group.minimumBid)}.`,
    head.members > MANY && `The group has ${head.members.toLocaleString('en')} open bids: its tally takes a keeper, not a page.`,
    lot.at.isHouse && 'The item is sold at an auction house of others. What your group can pay is public from the tally on, and it bids later: who sees it can drive the price up to there.',
    'The item is a token of the seller’s choice: whoever controls its contract may take the item back after the sale, or refuse to deliver it.',
  ];
  return risks.filter((risk): risk is string => risk !== false);
}

/** Whether a chain is one for trying things out. */
export function isDevelopment(chainId: number): boolean {
  return DEVELOPMENT.includes(chainId);
}
