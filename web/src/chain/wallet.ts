// Wallets: found by EIP-6963, else `window.ethereum`. A connected one is told apart by its provider.

import { type Address, type EIP1193Provider, getAddress, numberToHex } from 'viem';

/** A wallet that the browser offers. `icon` is a data: URL, or empty. */
export interface Offered {
  id: string;
  name: string;
  icon: string;
  provider: EIP1193Provider;
}

/** A wallet that said who its user is, and on which chain it is. */
export interface Wallet {
  offered: Offered;
  account: Address;
  chainId: number;
}

interface Announcement extends Event {
  detail: { info: { uuid: string; name: string; icon: string; rdns: string }; provider: EIP1193Provider };
}

declare global {
  interface Window {
    ethereum?: EIP1193Provider;
  }
}

/** The user said no. */
export const REJECTED = 4001;
/** The wallet does not know the chain. */
export const UNKNOWN_CHAIN = 4902;

/** Calls `found` with all wallets known, each time one more announces itself. Returns what stops that. */
export function discover(found: (wallets: Offered[]) => void): () => void {
  const known = new Map<string, Offered>();
  const tell = () => found(known.size > 0 ? [...known.values()] : fallback());
  const onAnnouncement = (event: Event) => {
    const { info, provider } = (event as Announcement).detail;
    const icon = info.icon.startsWith('data:image/') ? info.icon : '';
    known.set(info.uuid, { id: info.rdns, name: info.name.slice(0, 40), icon, provider });
    tell();
  };
  window.addEventListener('eip6963:announceProvider', onAnnouncement);
  window.dispatchEvent(new Event('eip6963:requestProvider'));
  tell();
  return () => window.removeEventListener('eip6963:announceProvider', onAnnouncement);
}

/** Asks the wallet for its user. `isSilent`: only if the page was allowed to know before; null if not. */
export async function connect(offered: Offered, isSilent = false): Promise<Wallet | null> {
  const method = isSilent ? 'eth_accounts' : 'eth_requestAccounts';
  const [account] = (await offered.provider.request({ method })) as Address[];
  if (account === undefined) return null;
  return { offered, account: getAddress(account), chainId: await chainIdOf(offered) };
}

/** Asks the wallet to go to another chain. Throws what it answers. */
export async function switchChain(offered: Offered, chainId: number): Promise<void> {
  await offered.provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: numberToHex(chainId) }] });
}

/** Calls `changed` when the user goes to another account or chain. Returns what stops that. */
export function watch(offered: Offered, changed: () => void): () => void {
  const events = ['accountsChanged', 'chainChanged', 'disconnect'] as const;
  events.forEach((event) => offered.provider.on(event, changed));
  return () => events.forEach((event) => offered.provider.removeListener(event, changed));
}

async function chainIdOf(offered: Offered): Promise<number> {
  return Number(await offered.provider.request({ method: 'eth_chainId' }));
}

function fallback(): Offered[] {
  const provider = window.ethereum;
  return provider === undefined ? [] : [{ id: 'window.ethereum', name: 'Browser wallet', icon: '', provider }];
}
