// What gas costs now.

import { useSession } from './context.ts';
import { useLoaded } from './loading.ts';
import { ethOfWei } from '../ui/money.ts';

/** A sentence on what so much gas costs: in gas, and in ETH at the node's price of now. */
export function useGasWords(): (gas: bigint) => string {
  const { node, block } = useSession();
  const loaded = useLoaded(() => node.getGasPrice(), [block?.number], node.uid);
  return (gas) => {
    const counted = `about ${round(gas).toLocaleString('en')} gas`;
    return loaded.state === 'ready' ? `${counted}, ${ethOfWei(rounded(gas * loaded.value))} at the price of now` : counted;
  };
}

/** A sum of gas to the thousand: more digits would promise too much. */
function round(gas: bigint): bigint {
  return ((gas + 500n) / 1000n) * 1000n;
}

/** Wei with two digits that count. */
function rounded(wei: bigint): bigint {
  const grain = 10n ** BigInt(Math.max(0, String(wei).length - 2));
  return ((wei + grain / 2n) / grain) * grain;
}
