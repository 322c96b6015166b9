// Opening what is locked to a round: the beacon's signature, checked, and decryption by it, as offchain/locks/ibe.py and
// bids.py do it.

import { bls12_381 } from '@noble/curves/bls12-381';
import { type Hex, bytesToBigInt, bytesToHex, concatBytes, hexToBytes } from 'viem';

import type { Beacon } from './beacon.ts';
import { LOCKED_RANDOM_BYTES, SALT_BYTES } from './commitment.ts';
import { BID_BYTES, MESSAGE_BYTES, mask, scalar, signedPoint, targetBytes, xor } from './lock.ts';

const { G1, G2 } = bls12_381;
const POINT_BYTES = 96;
const SIGNATURE_BYTES = 48;
/** As many bytes as a lock has. */
export const LOCK_BYTES = POINT_BYTES + 2 * MESSAGE_BYTES;

/** Bytes that are not the beacon's signature of a round; the message says why. */
export class SignatureError extends Error {}

/** What a lock holds: a bid in units, and the salt of its commitment. */
export interface LockedBid {
  bid: bigint;
  salt: Hex;
}

/** A beacon's signature of a round, as a point; made by `checkSignature` alone. */
export type Signature = InstanceType<typeof G1.ProjectivePoint>;

/** `data` as the beacon's signature of the round, which it is checked to be: e(signature, P) = e(H(round), public key). Throws
 * `SignatureError`. Takes some 40 ms. */
export function checkSignature(beacon: Beacon, round: bigint, data: Hex): Signature {
  let point: Signature;
  try {
    if (data.length !== 2 + 2 * SIGNATURE_BYTES) throw new RangeError('length');
    point = G1.ProjectivePoint.fromHex(data.slice(2));
    point.assertValidity();
    if (point.equals(G1.ProjectivePoint.ZERO)) throw new RangeError('infinity');
  } catch {
    throw new SignatureError('these bytes are no signature');
  }
  const key = G2.ProjectivePoint.fromHex(beacon.publicKey.slice(2));
  const { Fp12 } = bls12_381.fields;
  if (!Fp12.eql(bls12_381.pairing(point, G2.ProjectivePoint.BASE), bls12_381.pairing(signedPoint(round), key))) {
    throw new SignatureError(`this is not the beacon's signature of round ${round}`);
  }
  return point;
}

/** What a lock of the signature's round holds, null if it gives nothing, whatever the bytes are. That it opens says nothing of the
 * bid that it stands beside: only the commitment does. Takes some 50 ms. */
export function openLock(signature: Signature, lock: Hex): LockedBid | null {
  const bytes = hexToBytes(lock);
  if (bytes.length !== LOCK_BYTES) return null;
  const u = point(bytes.subarray(0, POINT_BYTES));
  if (u === null) return null;
  const [v, w] = [bytes.subarray(POINT_BYTES, -MESSAGE_BYTES), bytes.subarray(-MESSAGE_BYTES)];
  const sigma = xor(v, mask('IBE-H2', targetBytes(bls12_381.pairing(signature, u))));
  const message = xor(w, mask('IBE-H4', sigma));
  if (!G2.ProjectivePoint.BASE.multiply(scalar(sigma, message)).equals(u)) return null;
  const padding = new Uint8Array(SALT_BYTES - LOCKED_RANDOM_BYTES);
  return {
    bid: bytesToBigInt(message.subarray(0, BID_BYTES)),
    salt: bytesToHex(concatBytes([message.subarray(BID_BYTES), padding])),
  };
}

/** A point of G2, null where the bytes are none, one outside the group, or the one at infinity. */
function point(bytes: Uint8Array): InstanceType<typeof G2.ProjectivePoint> | null {
  try {
    const found = G2.ProjectivePoint.fromHex(bytes);
    found.assertValidity();
    return found.equals(G2.ProjectivePoint.ZERO) ? null : found;
  } catch {
    return null;
  }
}
