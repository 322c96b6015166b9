// The signatures of a beacon from whoever serves drand's API. No source is trusted: a signature counts if it is the beacon's.

import type { Hex } from 'viem';

import { type Beacon, chainHash, QUICKNET_HASH } from '../seals/beacon.ts';
import { checkSignature, type Signature, SignatureError } from '../seals/unlock.ts';

/** Who serves quicknet's rounds. */
export const QUICKNET_SOURCES = ['https://api.drand.sh', 'https://api2.drand.sh', 'https://api3.drand.sh', 'https://drand.cloudflare.com'];
const PATIENCE = 5_000;
const MOST_BYTES = 1 << 14;

/** Why no source gave the signature: what each of them answered. */
export class RoundError extends Error {
  constructor(readonly troubles: string[]) {
    super(troubles.length === 0 ? 'No address of the beacon is known: enter one.' : troubles.join(' '));
  }
}

/** Where a beacon's rounds are asked for, where nothing else is said. */
export function sourcesOf(beacon: Beacon): string[] {
  return chainHash(beacon) === QUICKNET_HASH ? QUICKNET_SOURCES : [];
}

/** The signature of a round, checked, from the first source that has it. Throws `RoundError`. */
export async function fetchSignature(beacon: Beacon, round: bigint, sources: readonly string[]): Promise<Signature> {
  const troubles: string[] = [];
  for (const source of sources) {
    try {
      return await ask(beacon, round, source);
    } catch (error) {
      troubles.push(`${host(source)}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
  throw new RoundError(troubles);
}

async function ask(beacon: Beacon, round: bigint, source: string): Promise<Signature> {
  const hash = chainHash(beacon).slice(2);
  const root = source.trim().replace(/\/+$/, '').replace(new RegExp(`/${hash}$`), '');
  let answer: Response;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    answer = await fetch(`${root}/${hash}/public/${round}`, { signal, redirect: 'error', credentials: 'omit' });
  } catch {
    throw new Error('no answer');
  }
  if (answer.status === 425 || answer.status === 404) throw new Error(`has not got round ${round} yet`);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return checkSignature(beacon, round, signatureIn(await textOf(answer), round));
}

/** What a server says, as far as a round could be that long: it may talk without end. */
async function textOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      throw new SignatureError('answered with no round');
    }
  }
  return text;
}

function signatureIn(text: string, round: bigint): Hex {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  const { round: number, signature } = (found ?? {}) as { round?: unknown; signature?: unknown };
  if (typeof signature !== 'string' || !/^[0-9a-fA-F]+$/.test(signature)) throw new SignatureError('answered with no round');
  if (number !== Number(round)) throw new SignatureError('answered with another round');
  return `0x${signature}`;
}

function host(source: string): string {
  try {
    return new URL(source).host;
  } catch {
    return source;
  }
}
