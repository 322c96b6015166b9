// An item that somebody wants to sell, as its own contract tells of it.

import { abi as tokenAbi } from 'consort-contracts/Item';
import { type Address, type Hex, isAddressEqual, zeroAddress } from 'viem';

import type { Node } from './node.ts';

/** `isApproved`: the auctioneer may take it. `isReplaceable`: its contract's code can be replaced by somebody (ERC-1967). */
export interface Token {
  owner: Address;
  isApproved: boolean;
  isReplaceable: boolean;
}

/** Where contracts that can be replaced say what they borrow their code from: the implementation's slot, and the beacon's. */
const REPLACEABLE: readonly Hex[] = [
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc',
  '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50',
];

/** What there is to sell at `token`; a string says why it is nothing. */
export async function readToken(node: Node, token: Address, tokenId: bigint, auctioneer: Address): Promise<Token | string> {
  const call = { address: token, abi: tokenAbi } as const;
  const code = await node.getCode({ address: token });
  if (code === undefined || code === '0x') return 'There is no contract at this address on this chain.';
  const owner = await node.readContract({ ...call, functionName: 'ownerOf', args: [tokenId] }).catch(() => null);
  if (owner === null) return `This contract names no owner of item ${tokenId}: there is none, or it is no ERC-721 contract.`;
  const [approved, isForAll, slots] = await Promise.all([
    node.readContract({ ...call, functionName: 'getApproved', args: [tokenId] }).catch(() => zeroAddress),
    node.readContract({ ...call, functionName: 'isApprovedForAll', args: [owner, auctioneer] }).catch(() => false),
    Promise.all(REPLACEABLE.map((slot) => node.getStorageAt({ address: token, slot }).catch(() => undefined))),
  ]);
  return {
    owner,
    isApproved: isForAll || isAddressEqual(approved, auctioneer),
    isReplaceable: slots.some((slot) => slot !== undefined && BigInt(slot) !== 0n),
  };
}
