// What the owners of an item have said and had, as the logs of their estate tell it.

import type { Address } from 'viem';

/** An event of an estate, decoded. */
export interface EstateEvent {
  eventName: string;
  args: { member?: Address; reserve?: bigint };
}

/** How many want a reserve, in units. */
export interface Wanted {
  reserve: bigint;
  votes: bigint;
}

/** `wanted`: the reserves that owners want now, the most wanted first. `claimed`: who has had its part. `refused`: who did not take it
 * when it was sent, and keeps the claim. Accounts in lower case. */
export interface Owners {
  wanted: Wanted[];
  claimed: ReadonlySet<string>;
  refused: ReadonlySet<string>;
}

export function ownersOf(events: readonly EstateEvent[]): Owners {
  const votes = new Map<string, bigint>();
  const [claimed, refused] = [new Set<string>(), new Set<string>()];
  for (const { eventName, args } of events) {
    const member = (args.member ?? '').toLowerCase();
    if (eventName === 'Voted') votes.set(member, args.reserve ?? 0n);
    if (eventName === 'PartRefused') refused.add(member);
    if (eventName === 'PartClaimed' || eventName === 'PartPushed') {
      claimed.add(member);
      refused.delete(member);
    }
  }
  return { wanted: counted([...votes.values()]), claimed, refused };
}

/** How many votes an estate needs: more than half of its owners. */
export function majorityOf(owners: number): bigint {
  return BigInt(Math.floor(owners / 2) + 1);
}

/** A reserve of 0 is none. */
function counted(reserves: readonly bigint[]): Wanted[] {
  const votes = new Map<bigint, bigint>();
  for (const reserve of reserves) if (reserve !== 0n) votes.set(reserve, (votes.get(reserve) ?? 0n) + 1n);
  return [...votes].map(([reserve, number]) => ({ reserve, votes: number })).sort((one, other) => Number(other.votes - one.votes));
}
