// Chains with a name. Consort runs on any other, too.

import { anvil, arbitrum, base, hoodi, mainnet, optimism, sepolia } from 'viem/chains';

export const KNOWN = [mainnet, sepolia, hoodi, base, arbitrum, optimism, { ...anvil, name: 'a development chain' }] as const;
