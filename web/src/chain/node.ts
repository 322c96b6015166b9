// Reading: through a node's URL, else through the wallet's own node.

import { type Chain, type EIP1193Provider, type PublicClient, createPublicClient, custom, defineChain, http, webSocket } from 'viem';
import * as chains from './known_chains.ts';

export type Node = PublicClient;

/** A chain by its id: its name and explorer where they are known. */
export function chainOf(id: number): Chain {
  return (
    chains.KNOWN.find((chain) => chain.id === id) ??
    defineChain({
      id,
      name: `chain ${id}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    })
  );
}

/** Reads at `url`. */
export function nodeAt(url: string, chainId: number): Node {
  const transport = /^wss?:/.test(url) ? webSocket(url) : http(url);
  return createPublicClient({ chain: chainOf(chainId), transport, pollingInterval: 1_000 });
}

/** Reads where the wallet does. */
export function nodeOf(provider: EIP1193Provider, chainId: number): Node {
  return createPublicClient({ chain: chainOf(chainId), transport: custom(provider), pollingInterval: 1_000 });
}

/** Where a transaction or an address can be looked at, if anywhere. */
export function explorerUrl(chainId: number, kind: 'tx' | 'address', what: string): string | null {
  const explorer = chainOf(chainId).blockExplorers?.default.url;
  return explorer === undefined ? null : `${explorer}/${kind}/${what}`;
}
