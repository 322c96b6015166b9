// What is looked at before anything is signed, through the wallet's own node: neither the link nor the page's node is believed.

import * as Auctioneer from 'consort-contracts/Auctioneer';
import * as DAO from 'consort-contracts/DAO';
import * as DAOFactory from 'consort-contracts/DAOFactory';
import codes from 'consort-codes';
import { type Address, type Hex, bytesToHex, hexToBytes, isAddressEqual, keccak256 } from 'viem';

import { NO_BEACON, chainHash } from '../seals/beacon.ts';
import type { Deployment } from './deployment.ts';
import type { Node } from './node.ts';

/** `isGood` null: nothing is wrong, but it should be known. */
export interface Check {
  name: string;
  isGood: boolean | null;
  text: string;
}

/** How a contract's code compares with what this page was built with. */
export type Likeness = 'same' | 'other' | 'none';

/** Whether `code`, as it stands on the chain, is that of one of the named contracts, whatever its immutables. */
export function likeness(code: Hex | undefined, names: readonly string[]): Likeness {
  if (code === undefined || code === '0x') return 'none';
  return names.some((name) => isCodeOf(code, name)) ? 'same' : 'other';
}

function isCodeOf(code: Hex, name: string): boolean {
  const known = codes[name];
  if (known === undefined) return false;
  const bytes = hexToBytes(code);
  for (const place of known.places) bytes.fill(0, place, place + 32);
  return keccak256(bytesToHex(bytes)) === known.digest;
}

/**
 * Looks at the contracts of a deployment, and at a DAO of it if one is named, on the chain behind `node`.
 * `isVouched`: the deployment file lies beside the page; one that a link brought may name known code only.
 */
export async function lookAt(node: Node, deployment: Deployment, dao: Address | null, isVouched: boolean): Promise<Check[]> {
  const { factory, auctioneer, adapters } = deployment;
  const chain = await node.getChainId();
  if (chain !== deployment.chainId) {
    return [{ name: 'chain', isGood: false, text: `The wallet is on chain ${chain}, the contracts are on chain ${deployment.chainId}.` }];
  }
  if (dao !== null && likeness(await node.getCode({ address: dao }), []) === 'none') return [codeCheck('group', 'none', isVouched)];
  const seller = dao === null ? auctioneer : await auctioneerOf(node, dao);
  const adapter = adapters.find((one) => seller !== null && isAddressEqual(one.address, seller));
  const [sellerCode, factoryCode] = await Promise.all([
    seller === null ? undefined : node.getCode({ address: seller }),
    node.getCode({ address: factory }),
  ]);
  const sellerNames = adapter === undefined ? ['Auctioneer', 'ApproximateAuction'] : ['NounsAdapter', 'ZoraAdapter'];
  const checks: Check[] = [
    { name: 'chain', isGood: true, text: `The wallet is on the chain of the contracts, ${chain}.` },
    codeCheck('auctioneer', likeness(sellerCode, sellerNames), isVouched),
    codeCheck('factory', likeness(factoryCode, ['DAOFactory']), isVouched),
  ];
  if (checks.some(({ isGood }) => isGood === false)) return checks;
  if (dao !== null) checks.push(...(await daoChecks(node, deployment, dao, seller)));
  checks.push(...(await sellerChecks(node, deployment, seller ?? auctioneer)));
  return checks;
}

/** The auctioneer that a DAO was made for; null if it does not say. */
export async function auctioneerOf(node: Node, dao: Address): Promise<Address | null> {
  return node.readContract({ address: dao, abi: DAO.abi, functionName: 'auctioneer' }).catch(() => null);
}

/** Whether the deployment's factory made a DAO, for the deployment's own auctioneer. */
export async function isOurs(node: Node, { factory, auctioneer }: Deployment, dao: Address): Promise<boolean> {
  const isDAO = await node.readContract({ address: factory, abi: DAOFactory.abi, functionName: 'isDAO', args: [dao] });
  const seller = isDAO ? await auctioneerOf(node, dao) : null;
  return seller !== null && isAddressEqual(seller, auctioneer);
}

function codeCheck(name: string, like: Likeness, isVouched: boolean): Check {
  const text = {
    same: `The ${name} has the code that this page was built with.`,
    other: `The ${name} has other code than this page was built with: another version, or something else. Ask who gave you the link.`,
    none: `There is no contract where the ${name} should be: ether sent there would be lost.`,
  }[like];
  const isGood = like === 'same' ? true : like === 'other' && isVouched ? null : false;
  return { name, isGood, text };
}

async function daoChecks(node: Node, deployment: Deployment, dao: Address, seller: Address | null): Promise<Check[]> {
  const isDAO = await node.readContract({ address: deployment.factory, abi: DAOFactory.abi, functionName: 'isDAO', args: [dao] });
  const known = [deployment.auctioneer, ...deployment.adapters.map(({ address }) => address)];
  const isOurs = seller !== null && known.some((one) => isAddressEqual(one, seller));
  return [
    {
      name: 'isDAO',
      isGood: isDAO,
      text: isDAO ? 'The factory made this DAO.' : 'The factory did not make this DAO: whoever did may keep what is sent there.',
    },
    {
      name: 'DAO’s auctioneer',
      isGood: isOurs,
      text: isOurs ? 'The DAO bids at the auctioneer of this page.' : 'The DAO bids at another auctioneer, which may keep the money.',
    },
  ];
}

async function sellerChecks(node: Node, deployment: Deployment, seller: Address): Promise<Check[]> {
  const call = { address: seller, abi: Auctioneer.abi } as const;
  const [factory, beacon] = await Promise.all([
    node.readContract({ ...call, functionName: 'factory' }),
    node.readContract({ ...call, functionName: 'beaconHash' }),
  ]);
  const expected = deployment.beacon === null ? NO_BEACON : chainHash(deployment.beacon);
  return [
    {
      name: 'auctioneer’s factory',
      isGood: isAddressEqual(factory, deployment.factory),
      text: isAddressEqual(factory, deployment.factory)
        ? 'The auctioneer takes bids of that factory’s DAOs only.'
        : 'The auctioneer takes bids of another factory’s DAOs.',
    },
    {
      name: 'beacon',
      isGood: beacon === expected,
      text: beacon === expected
        ? 'The auctioneer names the beacon that bids are locked to here.'
        : 'The auctioneer names another beacon than the deployment file: nobody would open the lock.',
    },
  ];
}

/** Whether one may go on: nothing is wrong. */
export function isPassed(checks: readonly Check[]): boolean {
  return checks.every(({ isGood }) => isGood !== false);
}
