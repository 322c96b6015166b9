// One transaction: tried first, then told with what it costs, then signed, then waited for.

import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  type Hex,
  type TransactionReceipt,
  createWalletClient,
  custom,
  encodeFunctionData,
} from 'viem';

import { explain, isSilence } from './errors.ts';
import { type Node, chainOf } from './node.ts';
import type { Wallet } from './wallet.ts';

/** A call of a contract, encoded; `value` in wei. */
export interface Call {
  to: Address;
  data: Hex;
  value: bigint;
}

/** A call that would go through now, and what it takes: gas, and the most that this costs, in wei. */
export interface Prepared {
  call: Call;
  gas: bigint;
  feeWei: bigint;
}

/** The call of a function by its name, `value` in wei. */
export function callOf<
  const A extends Abi,
  Name extends ContractFunctionName<A, 'payable' | 'nonpayable'>,
  const Args extends ContractFunctionArgs<A, 'payable' | 'nonpayable', Name>,
>(to: Address, abi: A, functionName: Name, args: Args, value = 0n): Call {
  return { to, data: encodeFunctionData({ abi, functionName, args } as unknown as EncodeFunctionDataParameters), value };
}

const PATIENCE_MS = 600_000;
const PAUSE_MS = 2_000;

/** What stopped a transaction, in words. */
export class SendError extends Error {}

/** Tries a call on the node. Throws `SendError` in words if it would fail. */
export async function prepare(node: Node, account: Address, call: Call): Promise<Prepared> {
  try {
    const [gas, fees] = await Promise.all([
      node.estimateGas({ ...call, account }),
      node.estimateFeesPerGas().catch(async () => ({ maxFeePerGas: await node.getGasPrice() })),
    ]);
    return { call, gas, feeWei: gas * fees.maxFeePerGas };
  } catch (error) {
    throw new SendError(explain(error));
  }
}

/** Has the wallet sign and send it. Returns its hash. Throws `SendError`. */
export async function sign(wallet: Wallet, { call }: Prepared): Promise<Hex> {
  const transport = custom(wallet.offered.provider);
  const client = createWalletClient({ account: wallet.account, chain: chainOf(wallet.chainId), transport });
  try {
    return await client.sendTransaction(call);
  } catch (error) {
    throw new SendError(explain(error));
  }
}

/** Waits until a transaction stands in a block; through times in which the node does not answer, too. Throws `SendError` if it failed
 * there, or another took its place. */
export async function settled(node: Node, hash: Hex): Promise<TransactionReceipt> {
  const deadline = Date.now() + PATIENCE_MS;
  let replaced: string | null = null;
  const waited = async (): Promise<TransactionReceipt> => {
    try {
      return await node.waitForTransactionReceipt({ hash, timeout: Math.max(1, deadline - Date.now()), onReplaced: ({ reason }) => (replaced = reason) });
    } catch (error) {
      if (!isSilence(error) || Date.now() >= deadline) {
        throw new SendError(`It was sent, but the node does not say what became of it: look in your wallet before you send it again. ${explain(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      return waited();
    }
  };
  const receipt = await waited();
  if (replaced === 'cancelled' || replaced === 'replaced') throw new SendError('Another transaction of your wallet took its place.');
  if (receipt.status !== 'success') throw new SendError('It failed on the chain: something changed in between. Only gas was spent.');
  return receipt;
}
