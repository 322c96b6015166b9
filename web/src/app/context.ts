// What every view knows: the deployment, the node, the wallet, and the chain's clock.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Deployment } from '../chain/deployment.ts';
import type { Node } from '../chain/node.ts';
import type { Offered, Wallet } from '../chain/wallet.ts';

/** `isVouched`: the deployment file lies beside the page, so whoever serves the one answers for the other. */
export interface Session {
  deployment: Deployment;
  isVouched: boolean;
  node: Node;
  /** What the address names as the node: whoever made the link chose it. Null: it names none. */
  linkedNode: string | null;
  wallets: readonly Offered[];
  wallet: Wallet | null;
  connect: (offered: Offered) => Promise<void>;
  disconnect: () => void;
  /** The block that was read last; its time, and those since, are the chain's clock. */
  block: { number: bigint; time: bigint } | null;
  /** The node did not answer when it was asked last. */
  isSilent: boolean;
  /** Reads the newest block now, as after a transaction. */
  refresh: () => Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}
