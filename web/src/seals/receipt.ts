// A receipt: what opens a bid, one JSON object a line, as offchain/keeper/openings.py writes and reads it.

import { type Address, type Hex, getAddress, isAddress } from 'viem';

import type { Opening } from './commitment.ts';

const FIELDS = ['contract', 'lot', 'bidder', 'bid', 'salt'] as const;
const MOST_LOT = 2n ** 32n - 1n;
const MOST_BID = 2n ** 64n - 1n;
/** The most characters a line may have; a receipt takes 230. */
const MAX_LINE = 1024;

/** A line that is no receipt; the message says why, and never repeats a salt. */
export class ReceiptError extends Error {}

/** The line that programs of this project read, its newline included. */
export function formatReceipt({ contract, lot, bidder, bid, salt }: Opening): string {
  return `{"contract": "${contract}", "lot": ${lot}, "bidder": "${bidder}", "bid": ${bid}, "salt": "${salt.slice(2)}"}\n`;
}

/** What a line says. Integers may stand as numbers or as strings of digits. Throws `ReceiptError`. */
export function parseReceipt(line: string): Opening {
  if (line.length > MAX_LINE) throw new ReceiptError(`longer than ${MAX_LINE} characters`);
  const entry = fields(line);
  return {
    contract: address(entry, 'contract'),
    lot: integer(entry, 'lot', 1n, MOST_LOT),
    bidder: address(entry, 'bidder'),
    bid: integer(entry, 'bid', 0n, MOST_BID),
    salt: salt(entry['salt']),
  };
}

/** The receipts of a file, and what is wrong with its other lines, by number. */
export function parseReceipts(text: string): { receipts: Opening[]; flaws: string[] } {
  const receipts: Opening[] = [];
  const flaws: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      receipts.push(parseReceipt(line));
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
      flaws.push(`line ${i + 1}: ${error.message}`);
    }
  }
  return { receipts, flaws };
}

function fields(line: string): Record<string, unknown> {
  let found: unknown;
  try {
    // a bid may have more digits than a number of JavaScript: quoted before it is read
    found = JSON.parse(line.replace(/("(?:lot|bid)"\s*:\s*)([0-9]+)(?=\s*[,}])/g, '$1"$2"'));
  } catch {
    throw new ReceiptError('not JSON');
  }
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (!isObject || Object.keys(found as object).sort().join() !== [...FIELDS].sort().join()) {
    throw new ReceiptError(`not an object of ${FIELDS.join(', ')}`);
  }
  return found as Record<string, unknown>;
}

function address(entry: Record<string, unknown>, field: string): Address {
  const text = entry[field];
  if (typeof text !== 'string' || !isAddress(text, { strict: false })) throw new ReceiptError(`${field}: no address`);
  return getAddress(text);
}

function integer(entry: Record<string, unknown>, field: string, least: bigint, most: bigint): bigint {
  const text = entry[field];
  if (typeof text !== 'string' || !/^(0|[1-9][0-9]{0,19})$/.test(text)) throw new ReceiptError(`${field}: not an integer`);
  const value = BigInt(text);
  if (value < least || value > most) throw new ReceiptError(`${field}: not from ${least} to ${most}`);
  return value;
}

function salt(text: unknown): Hex {
  const digits = typeof text === 'string' ? /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text)?.[1] : undefined;
  if (digits === undefined) throw new ReceiptError('salt: not 32 bytes in hexadecimal');
  return `0x${digits.toLowerCase()}`;
}
