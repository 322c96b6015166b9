// A lot by its logs, followed as blocks come, with where it stands.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as drawingAbi } from 'consort-contracts/ApproximateAuction';
import { useMemo } from 'preact/hooks';

import { History } from '../chain/history.ts';
import type { Standing } from '../lots/agenda.ts';
import type { Ledger } from '../lots/ledger.ts';
import { useSession } from './context.ts';
import { type Loaded, useLoaded } from './loading.ts';

/** `draws`: chance decides at this auctioneer, not the highest bid. */
export interface Followed {
  lot: Ledger;
  standing: Standing;
  draws: boolean;
}

/** The lot of a number at the deployment's own auctioneer. */
export function useLedger(number: bigint | null): Loaded<Followed> {
  const { deployment, node, block } = useSession();
  const { auctioneer } = deployment;
  const history = useMemo(
    () => (number === null ? null : new History(node, auctioneer, number, deployment.block)),
    [node, auctioneer, number],
  );
  const read = async (): Promise<Followed> => {
    if (history === null || number === null) throw new Error('The address names no lot.');
    const newest = block?.number ?? (await node.getBlockNumber());
    const call = { address: auctioneer, abi: auctioneerAbi } as const;
    const [lot, [phase, leader, price], draws] = await Promise.all([
      history.read(newest),
      node.readContract({ ...call, functionName: 'standing', args: [number] }),
      node.readContract({ address: auctioneer, abi: drawingAbi, functionName: 'randomness' }).then(() => true, () => false),
    ]);
    return { lot, standing: { phase, leader, price }, draws };
  };
  return useLoaded(read, [block?.number, history], `${auctioneer}/${number}`);
}
