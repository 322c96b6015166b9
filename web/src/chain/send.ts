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

import { explain } from './errors.ts';
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

/** Waits until a transaction stands in a block. Throws `SendError` if it failed there, or another took its place. */
export async function settled(node: Node, hash: Hex): Promise<TransactionReceipt> {
  let replaced: string | null = null;
  const receipt = await node
    .waitForTransactionReceipt({ hash, timeout: 600_000, onReplaced: ({ reason }) => (replaced = reason) })
    .catch((error: unknown) => {
      throw new SendError(`It was sent, but the node does not say what became of it: ${explain(error)}`);
    });
  if (replaced === 'cancelled' || replaced === 'replaced') throw new SendError('Another transaction of your wallet took its place.');
  if (receipt.status !== 'success') throw new SendError('It failed on the chain: something changed in between. Only gas was spent.');
  return receipt;
}
