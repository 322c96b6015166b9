// Who one is: the wallets that the browser offers, and the one that is connected.

import { useState } from 'preact/hooks';

import { explain } from '../chain/errors.ts';
import type { Offered, Wallet } from '../chain/wallet.ts';
import { Account, Note } from './pieces.tsx';

export function WalletBar(props: { wallets: readonly Offered[]; wallet: Wallet | null; connect: (offered: Offered) => Promise<void>; disconnect?: () => void }) {
  const { wallets, wallet, connect, disconnect } = props;
  const [flaw, setFlaw] = useState<string | null>(null);
  const start = (offered: Offered) => connect(offered).then(() => setFlaw(null), (error: unknown) => setFlaw(explain(error)));
  if (wallet !== null) {
    return (
      <p class="wallet">
        <span>{wallet.offered.name}: <Account address={wallet.account} chainId={wallet.chainId} /></span>
        {disconnect && <button type="button" class="second" onClick={disconnect}>Disconnect</button>}
      </p>
    );
  }
  return (
    <div class="wallet">
      {wallets.length === 0 && <span class="quiet">No wallet in this browser: the page can be read only. On a phone open it in your wallet’s own browser.</span>}
      {wallets.map((offered) => (
        <button type="button" key={offered.id} onClick={() => void start(offered)}>
          {offered.icon && <img src={offered.icon} alt="" width="20" height="20" />}
          Connect {offered.name}
        </button>
      ))}
      {flaw && <Note kind="error" isLive>{flaw}</Note>}
    </div>
  );
}
