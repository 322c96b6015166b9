// Encryption to a round: tlock, byte for byte as offchain/locks/ibe.py and bids.py do it. Boneh and Franklin's identity-based
// encryption with Fujisaki and Okamoto's transform; the identity is the round, its key is the beacon's signature.

import { bls12_381 } from '@noble/curves/bls12-381';
import { type Hex, bytesToBigInt, bytesToHex, concatBytes, hexToBytes, numberToBytes, sha256, stringToBytes } from 'viem';

import type { Beacon } from './beacon.ts';
import { LOCKED_RANDOM_BYTES, isLockable } from './commitment.ts';

const DOMAIN = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
export const BID_BYTES = 8;
const COEFFICIENT_BYTES = 48;
/** A bid and the random part of its salt: what a lock holds, and as long as `sigma`. */
export const MESSAGE_BYTES = BID_BYTES + LOCKED_RANDOM_BYTES;

/**
 * The 160 bytes that open by the beacon's signature of `round` to `bid`, in units, and `salt`, whose last 8 bytes are zero.
 * `sigma`: 32 bytes, random and never used twice; drawn here if it is not given. Takes some 50 ms.
 */
export function lockBid(beacon: Beacon, round: bigint, bid: bigint, salt: Hex, sigma: Uint8Array = randomSigma()): Hex {
  if (!isLockable(salt)) throw new RangeError('the salt does not fit a lock');
  if (sigma.length !== MESSAGE_BYTES) throw new RangeError(`sigma has ${MESSAGE_BYTES} bytes, not ${sigma.length}`);
  const message = concatBytes([numberToBytes(bid, { size: BID_BYTES }), hexToBytes(salt).subarray(0, LOCKED_RANDOM_BYTES)]);
  const r = scalar(sigma, message);
  const key = bls12_381.G2.ProjectivePoint.fromHex(beacon.publicKey.slice(2));
  const shared = bls12_381.pairing(signedPoint(round).multiply(r), key);
  const u = bls12_381.G2.ProjectivePoint.BASE.multiply(r).toRawBytes(true);
  return bytesToHex(concatBytes([u, xor(sigma, mask('IBE-H2', targetBytes(shared))), xor(message, mask('IBE-H4', sigma))]));
}

/** The point of G1 that stands for a round: RFC 9380 on the hash of its number. */
export function signedPoint(round: bigint) {
  const digest = hash(numberToBytes(round, { size: 8 }));
  // the library names its points by interfaces that do not know each other
  return bls12_381.G1.ProjectivePoint.fromAffine(bls12_381.G1.hashToCurve(digest, { DST: DOMAIN }).toAffine());
}

/** A scalar, uniform: hashes, one after another, until one is below the order when its first byte is halved. */
export function scalar(sigma: Uint8Array, message: Uint8Array): bigint {
  const seed = mask('IBE-H3', sigma, message);
  for (let i = 1; i < 2 ** 16 - 1; ++i) {
    const digest = hash(new Uint8Array([i & 0xff, i >> 8]), seed);
    digest[0] = (digest[0] ?? 0) >> 1;
    const number = bytesToBigInt(digest);
    if (number < bls12_381.fields.Fr.ORDER) return number;
  }
  throw new Error('no scalar in 65,534 hashes');
}

/** An element of the target group, highest coefficient first, as the beacon's programs write it. */
export function targetBytes(element: Parameters<typeof bls12_381.fields.Fp12.toBytes>[0]): Uint8Array {
  const lowestFirst = bls12_381.fields.Fp12.toBytes(element);
  const coefficients: Uint8Array[] = [];
  for (let at = 0; at < lowestFirst.length; at += COEFFICIENT_BYTES) {
    coefficients.unshift(lowestFirst.slice(at, at + COEFFICIENT_BYTES));
  }
  return concatBytes(coefficients);
}

function randomSigma(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(MESSAGE_BYTES));
}

export function mask(name: string, ...parts: Uint8Array[]): Uint8Array {
  return hash(stringToBytes(name), ...parts);
}

function hash(...parts: Uint8Array[]): Uint8Array {
  return sha256(concatBytes(parts), 'bytes');
}

export function xor(data: Uint8Array, under: Uint8Array): Uint8Array {
  return data.map((byte, i) => byte ^ (under[i] ?? 0));
}
