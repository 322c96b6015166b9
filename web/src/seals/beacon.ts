// A beacon: who signs round after round, as drand's networks do; and the round that the bids of a lot are locked to.
// The same as offchain/locks/beacon.py.

import { type Hex, bytesToHex, concatBytes, hexToBytes, numberToBytes, sha256, stringToBytes } from 'viem';

/** `publicKey` of 96 bytes, `genesis` the time of round 1 and `period` in seconds, `id` the network's name. */
export interface Beacon {
  publicKey: Hex;
  genesis: bigint;
  period: bigint;
  groupHash: Hex;
  id: string;
}

export const SCHEME = 'bls-unchained-g1-rfc9380';
/** Seconds from the end of bidding to the round that bids are locked to: for clocks that differ, and blocks that come late. */
export const LOCK_MARGIN = 120n;
/** The chain hash that an auction has where nobody locks bids. */
export const NO_BEACON: Hex = `0x${'00'.repeat(32)}`;
/** drand's network of the scheme, run by the League of Entropy since 2023. */
export const QUICKNET_HASH: Hex = '0x52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
const MOST_ROUND = 2n ** 64n - 1n;
/** The id of drand's oldest network, which is left out of its chain hash. */
const UNHASHED = ['', 'default'];

/** The 32 bytes that name the network, and bind all of it: drand's `Info.Hash`. */
export function chainHash({ publicKey, genesis, period, groupHash, id }: Beacon): Hex {
  const parts = [
    numberToBytes(period, { size: 4 }),
    numberToBytes(genesis, { size: 8 }),
    hexToBytes(publicKey),
    hexToBytes(groupHash),
    UNHASHED.includes(id) ? new Uint8Array() : stringToBytes(id),
  ];
  return sha256(bytesToHex(concatBytes(parts)));
}

/** The first round at or after a time, in seconds since 1970. */
export function roundAt({ genesis, period }: Beacon, time: bigint): bigint {
  const waited = time - genesis;
  const round = waited <= 0n ? 1n : (waited + period - 1n) / period + 1n;
  if (round > MOST_ROUND) throw new RangeError(`no round is as late as ${time}`);
  return round;
}

/** When a round is signed. */
export function timeOf({ genesis, period }: Beacon, round: bigint): bigint {
  return genesis + (round - 1n) * period;
}

/** The round that the bids of a lot are locked to: the first at or after `LOCK_MARGIN` from the end of bidding. */
export function roundFor(beacon: Beacon, endOfBidding: bigint): bigint {
  return roundAt(beacon, endOfBidding + LOCK_MARGIN);
}
