// Makes the session: reads the deployment file, finds wallets, follows the chain.

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';

import { type Deployment, DeploymentError, fetchDeployment, liesBeside, nodeUrl } from '../chain/deployment.ts';
import { type Node, nodeAt, nodeOf } from '../chain/node.ts';
import { type Offered, type Wallet, connect, discover, watch } from '../chain/wallet.ts';
import type { Session } from './context.ts';
import { device } from './device.ts';

/** The session, or why there is none (yet). `needsWallet`: no node is named, so one has to be had from a wallet. */
export type Opening =
  | { state: 'loading' }
  | { state: 'failed'; text: string }
  | { state: 'needs wallet'; wallets: readonly Offered[]; connect: (offered: Offered) => Promise<void> }
  | { state: 'open'; session: Session };

interface Source {
  deployment: Deployment;
  isVouched: boolean;
}

const DEFAULT_FILE = 'deployment.json';
const REMEMBERED = 'consort/wallet';
/** How often a node is asked for its newest block: one on this machine more often than one that others pay for. */
const READ_EVERY_MS = { here: 1_000, elsewhere: 4_000 };

export function useOpening(): Opening {
  const source = useSource();
  const { wallets, wallet, connectTo, disconnect } = useWallet();
  const node = useMemo(() => (source instanceof Error || source === null ? null : nodeFor(source.deployment, wallet)), [source, wallet?.offered]);
  const { block, isSilent, refresh } = useBlock(node instanceof Error ? null : node);
  const chainId = useChainOf(node instanceof Error ? null : node);
  if (source instanceof Error) return { state: 'failed', text: `The deployment file cannot be used: ${source.message}.` };
  if (source === null) return { state: 'loading' };
  if (node instanceof Error) return { state: 'failed', text: node.message };
  if (node === null) return { state: 'needs wallet', wallets, connect: connectTo };
  if (chainId !== null && chainId !== source.deployment.chainId) {
    return { state: 'failed', text: `The node is on chain ${chainId}, the contracts are on chain ${source.deployment.chainId}.` };
  }
  return { state: 'open', session: { ...source, node, linkedNode: linkedNode(), wallets, wallet, connect: connectTo, disconnect, block, isSilent, refresh } };
}

function useSource(): Source | Error | null {
  const [source, setSource] = useState<Source | Error | null>(null);
  useEffect(() => {
    const named = new URLSearchParams(location.search).get('deployment') ?? DEFAULT_FILE;
    const url = URL.canParse(named, document.baseURI) ? new URL(named, document.baseURI) : null;
    if (url === null) return setSource(new DeploymentError('its address is none'));
    const isVouched = liesBeside(url, new URL(location.href));
    fetchDeployment(url).then(
      (deployment) => setSource({ deployment, isVouched }),
      (error: Error) => setSource(error),
    );
  }, []);
  return source;
}

/** The node that the address names. */
function linkedNode(): string | null {
  return new URLSearchParams(location.search).get('node');
}

/** By the link's node, else the file's, else the wallet's; null if there is none of them. */
function nodeFor(deployment: Deployment, wallet: Wallet | null): Node | Error | null {
  const named = linkedNode() ?? deployment.node;
  try {
    if (named !== null) return nodeAt(nodeUrl(named), deployment.chainId);
  } catch (error) {
    return error as Error;
  }
  return wallet === null ? null : nodeOf(wallet.offered.provider, deployment.chainId);
}

function useWallet() {
  const [wallets, setWallets] = useState<readonly Offered[]>([]);
  const [wallet, setWallet] = useState<Wallet | null>(null);
  useEffect(() => discover(setWallets), []);
  useEffect(() => {
    // whoever was connected before is again, without a question
    const known = wallets.find(({ id }) => id === device.get(REMEMBERED));
    if (known !== undefined && wallet === null) connect(known, true).then((found) => found && setWallet(found), () => undefined);
  }, [wallets]);
  useEffect(() => {
    if (wallet === null) return undefined;
    return watch(wallet.offered, () => {
      connect(wallet.offered, true).then(setWallet, () => setWallet(null));
    });
  }, [wallet?.offered]);
  const connectTo = useCallback(async (offered: Offered) => {
    setWallet(await connect(offered));
    device.set(REMEMBERED, offered.id);
  }, []);
  const disconnect = useCallback(() => {
    device.remove(REMEMBERED);
    setWallet(null);
  }, []);
  return { wallets, wallet, connectTo, disconnect };
}

/** On which chain a node is; null as long as it does not say. A wallet's may change, which is told elsewhere. */
function useChainOf(node: Node | null): number | null {
  const [chainId, setChainId] = useState<number | null>(null);
  useEffect(() => {
    setChainId(null);
    if (node?.transport.type !== 'custom') node?.getChainId().then(setChainId, () => undefined);
  }, [node]);
  return chainId;
}

function useBlock(node: Node | null) {
  const [block, setBlock] = useState<Session['block']>(null);
  const [isSilent, setSilent] = useState(false);
  const refresh = useCallback(async () => {
    if (node === null) return;
    const { number, timestamp } = await node.getBlock();
    setSilent(false);
    setBlock((before) => (before?.number === number && before.time === timestamp ? before : { number, time: timestamp }));
  }, [node]);
  useEffect(() => {
    const read = () => void refresh().catch(() => setSilent(true));
    read();
    const timer = setInterval(read, isHere(node) ? READ_EVERY_MS.here : READ_EVERY_MS.elsewhere);
    return () => clearInterval(timer);
  }, [refresh]);
  return { block, isSilent, refresh };
}

/** Whether a node is on this machine. */
function isHere(node: Node | null): boolean {
  const url: unknown = node?.transport['url'];
  return typeof url === 'string' && ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
}
