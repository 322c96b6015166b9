// The deployment file: where the contracts are. The same as offchain/bindings/deployment.py reads, and `node` beside it.

import { type Address, type Hex, getAddress, isAddress } from 'viem';

import { type Beacon, SCHEME, chainHash } from '../seals/beacon.ts';

/** A contract through which DAOs bid at a house of others. */
export interface Adapter {
  make: string;
  house: Address;
  address: Address;
}

/** `block`: the first in which anything can have been logged. `node`: the URL of one, if the file names it. */
export interface Deployment {
  chainId: number;
  block: bigint;
  factory: Address;
  auctioneer: Address;
  beacon: Beacon | null;
  adapters: readonly Adapter[];
  node: string | null;
}

/** What is read is no deployment file; the message names the field. */
export class DeploymentError extends Error {}

type Fields = Record<string, unknown>;
const LONGEST_NAME = 120;
const LONGEST_FILE = 1 << 16;

/** Whether a file lies in the page's own folder, or below it: on a host that many share, such as a gateway, the origin alone says nothing. */
export function liesBeside(file: URL, page: URL): boolean {
  return /^https?:$/.test(page.protocol) && file.href.startsWith(new URL('.', page).href);
}

/** Reads the file at `url`. Throws `DeploymentError`. */
export async function fetchDeployment(url: URL): Promise<Deployment> {
  let text: string;
  const named = url.href.length > LONGEST_NAME ? `${url.href.slice(0, LONGEST_NAME)}…` : url.href;
  try {
    const answer = await fetch(url, { credentials: 'omit', cache: 'no-cache' });
    if (!answer.ok) throw new DeploymentError(`${named} answers ${answer.status}`);
    text = await answer.text();
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(`${named} cannot be read`);
  }
  return parseDeployment(text);
}

/** What the file says. Throws `DeploymentError`. */
export function parseDeployment(text: string): Deployment {
  if (text.length > LONGEST_FILE) throw new DeploymentError('longer than any deployment file');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new DeploymentError('not JSON');
  }
  const fields = object(document, 'the file');
  if ('auction' in fields) throw new DeploymentError('of an auction at which no groups bid');
  return {
    chainId: integer(fields, 'chain_id', 1),
    block: BigInt(integer(fields, 'block', 0)),
    factory: address(fields, 'factory'),
    auctioneer: address(fields, 'auctioneer'),
    beacon: fields['beacon'] === undefined ? null : parseBeacon(fields['beacon']),
    adapters: fields['adapters'] === undefined ? [] : list(fields['adapters']).map(parseAdapter),
    node: fields['node'] === undefined ? null : nodeUrl(fields['node']),
  };
}

/** The address of a node: HTTP or a web socket. Throws `DeploymentError`. */
export function nodeUrl(value: unknown): string {
  if (typeof value !== 'string' || !URL.canParse(value) || !/^(https?|wss?):$/.test(new URL(value).protocol)) {
    throw new DeploymentError('node: no URL of a node');
  }
  return value;
}

function parseBeacon(value: unknown): Beacon {
  const fields = object(value, 'beacon');
  if (fields['schemeID'] !== SCHEME) throw new DeploymentError(`beacon.schemeID: not ${SCHEME}`);
  const metadata = fields['metadata'] === undefined ? {} : object(fields['metadata'], 'beacon.metadata');
  const id = metadata['beaconID'];
  const beacon = {
    publicKey: bytes(fields, 'public_key', 96),
    genesis: BigInt(integer(fields, 'genesis_time', 0)),
    period: BigInt(integer(fields, 'period', 1)),
    groupHash: bytes(fields, 'groupHash', 32),
    id: typeof id === 'string' ? id : '',
  };
  if (chainHash(beacon) !== bytes(fields, 'hash', 32)) throw new DeploymentError('beacon.hash: not that of the other fields');
  return beacon;
}

function parseAdapter(value: unknown): Adapter {
  const fields = object(value, 'adapters');
  if (typeof fields['make'] !== 'string') throw new DeploymentError('adapters: make missing');
  return { make: fields['make'], house: address(fields, 'house'), address: address(fields, 'address') };
}

function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DeploymentError(`${name}: not an object`);
  return value as Fields;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new DeploymentError('adapters: not a list');
  return value;
}

function address(fields: Fields, name: string): Address {
  const text = fields[name];
  if (typeof text !== 'string' || !isAddress(text, { strict: false })) throw new DeploymentError(`${name}: no address`);
  return getAddress(text);
}

function integer(fields: Fields, name: string, least: number): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < least) throw new DeploymentError(`${name}: not an integer from ${least}`);
  return value as number;
}

function bytes(fields: Fields, name: string, length: number): Hex {
  const text = fields[name];
  if (typeof text !== 'string' || !new RegExp(`^[0-9a-fA-F]{${2 * length}}$`).test(text)) {
    throw new DeploymentError(`beacon.${name}: not ${length} bytes in hexadecimal`);
  }
  return `0x${text.toLowerCase()}`;
}
