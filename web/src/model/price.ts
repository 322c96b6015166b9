// The exact second price on an integer grid: contracts/groups/PriceRule.sol, offchain/model/mechanisms/price_rule.py.

/** Who leads so far, at what price, in units; nobody (`leader` null) at the reserve. */
export interface Standing<Bidder> {
  leader: Bidder | null;
  highest: bigint;
  price: bigint;
}

/** Before any bid: the reserve acts as a rival one unit below that wins no tie. */
export function atReserve<Bidder>(reserve: bigint): Standing<Bidder> {
  return { leader: null, highest: 0n, price: reserve };
}

/** After one more bid: who arrives first wins a tie. */
export function offer<Bidder>(standing: Standing<Bidder>, bidder: Bidder, bid: bigint): Standing<Bidder> {
  const highest = standing.leader === null ? standing.price - 1n : standing.highest;
  if (bid > highest) return { leader: bidder, highest: bid, price: highest + 1n };
  if (bid > standing.price) return { ...standing, price: bid };
  return standing;
}

/** The outcome of bids in their order of arrival. */
export function outcome<Bidder>(reserve: bigint, bids: readonly (readonly [Bidder, bigint])[]): Standing<Bidder> {
  return bids.reduce((standing, [bidder, bid]) => offer(standing, bidder, bid), atReserve<Bidder>(reserve));
}
