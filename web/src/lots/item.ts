// What a lot sells, by its token's own word. Nothing of it is believed or run: texts are cut, pictures are pictures or nothing.

import { type Address, parseAbi } from 'viem';

import type { Node } from '../chain/node.ts';

/** What the token says of an item. `uri` null: nothing. */
export interface Item {
  collection: string | null;
  uri: string | null;
}

/** What its metadata say. `picture`: the source of an image. */
export interface Described {
  name: string | null;
  description: string | null;
  picture: string | null;
}

/** Where metadata are: within the URI, or at a host that would learn who looks. */
export type Source = { kind: 'none' } | { kind: 'inline'; text: string } | { kind: 'remote'; url: URL };

export const DEFAULT_GATEWAY = 'https://ipfs.io/ipfs/';
const NOTHING: Described = { name: null, description: null, picture: null };
const ABI = parseAbi(['function name() view returns (string)', 'function tokenURI(uint256 id) view returns (string)']);
const LONGEST_NAME = 80;
const LONGEST_TEXT = 400;
const MOST_METADATA = 256 * 1024;
const MOST_PICTURE = 2 * 1024 * 1024;
const PATIENCE_MS = 10_000;
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i;

/** Asks the token. Whatever it answers, this does not fail. */
export async function readItem(node: Node, token: Address, id: bigint): Promise<Item> {
  const call = { address: token, abi: ABI } as const;
  const [collection, uri] = await Promise.all([
    node.readContract({ ...call, functionName: 'name' }).catch(() => null),
    node.readContract({ ...call, functionName: 'tokenURI', args: [id] }).catch(() => null),
  ]);
  return { collection: text(collection, LONGEST_NAME), uri: uri === '' ? null : uri };
}

/** Where a token URI leads. */
export function sourceOf(uri: string | null, gateway: string): Source {
  if (uri === null || uri.length > MOST_PICTURE) return { kind: 'none' };
  const inline = decodeData(uri);
  if (inline !== null) return { kind: 'inline', text: inline };
  const url = webUrl(uri, gateway);
  return url === null ? { kind: 'none' } : { kind: 'remote', url };
}

/** Fetches metadata from a host. Throws in words. */
export async function fetchText(url: URL): Promise<string> {
  const told = (why: string) => new Error(`${url.host} ${why}.`);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(url, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(() => {
    throw told('does not answer, or does not let pages read it');
  });
  if (!answer.ok || answer.body === null) throw told(`answers ${answer.status}`);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let found = '';
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return found + decoder.decode();
    size += value.length;
    if (size > MOST_METADATA) {
      await reader.cancel();
      throw told('answers with more than metadata are');
    }
    found += decoder.decode(value, { stream: true });
  }
}

/** What metadata say, whatever they are. */
export function describe(metadata: string, gateway: string): Described {
  let found: unknown;
  try {
    found = JSON.parse(metadata);
  } catch {
    return NOTHING;
  }
  if (typeof found !== 'object' || found === null) return NOTHING;
  const { name, description, image } = found as Record<string, unknown>;
  return { name: text(name, LONGEST_NAME), description: text(description, LONGEST_TEXT), picture: pictureOf(image, gateway) };
}

/** The source of an image element: a data: URL of a picture, or a web address. */
export function pictureOf(image: unknown, gateway: string): string | null {
  if (typeof image !== 'string' || image.length > MOST_PICTURE) return null;
  if (PICTURE.test(image)) return image;
  return webUrl(image, gateway)?.href ?? null;
}

/** An address on the web; of IPFS through a gateway. Null for everything else. */
function webUrl(uri: string, gateway: string): URL | null {
  const address = uri.startsWith('ipfs://') ? gateway + uri.slice('ipfs://'.length).replace(/^ipfs\//, '') : uri;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === 'https:' ? url : null;
}

/** The text of a data: URL with JSON in it. */
function decodeData(uri: string): string | null {
  const found = /^data:application\/json([^,]*),/i.exec(uri);
  if (found === null) return null;
  const body = uri.slice(found[0].length);
  try {
    if (!/;base64$/i.test(found[1] ?? '')) return decodeURIComponent(body);
    return new TextDecoder().decode(Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0)));
  } catch {
    // on-chain JSON is often neither escaped nor encoded
    return body;
  }
}

function text(value: unknown, longest: number): string | null {
  if (typeof value !== 'string') return null;
  const shown = value.replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, ' ').trim();
  if (shown === '') return null;
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}
