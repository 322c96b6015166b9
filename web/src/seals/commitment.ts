// What seals a bid: the formula of contracts/libraries/BidSlot.sol, as offchain/bindings/seals.py has it.

import { type Address, type Hex, bytesToHex, encodeAbiParameters, hexToBytes, keccak256, parseAbiParameters, slice } from 'viem';

/** What opens the bid of `bidder` on `lot` of `contract`, a DAO or the auctioneer; `bid` in units, `salt` of 32 bytes. */
export interface Opening {
  contract: Address;
  lot: bigint;
  bidder: Address;
  bid: bigint;
  salt: Hex;
}

export const SALT_BYTES = 32;
/** How much of a locked bid's salt is random: the last 8 bytes are zero, and a lock holds the others. */
export const LOCKED_RANDOM_BYTES = 24;
const WORDS = parseAbiParameters('uint256 chain, address book, uint256 lot, address bidder, uint64 bid, bytes32 salt');

/** The 24 bytes that seal an opening, bound to chain, contract, lot and bidder. */
export function commitment(chainId: bigint, { contract, lot, bidder, bid, salt }: Opening): Hex {
  return slice(keccak256(encodeAbiParameters(WORDS, [chainId, contract, lot, bidder, bid, salt])), 0, 24);
}

/** A salt that nobody can guess. `isLocked`: it has to fit a lock. */
export function newSalt(isLocked: boolean): Hex {
  const salt = new Uint8Array(SALT_BYTES);
  crypto.getRandomValues(isLocked ? salt.subarray(0, LOCKED_RANDOM_BYTES) : salt);
  return bytesToHex(salt);
}

/** Whether a salt is one that a lock can hold. */
export function isLockable(salt: Hex): boolean {
  return hexToBytes(salt).subarray(LOCKED_RANDOM_BYTES).every((byte) => byte === 0);
}
