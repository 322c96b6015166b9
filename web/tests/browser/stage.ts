// What tests in a browser play on: a chain of Anvil with the contracts, a beacon, the built page, and a browser.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';

import * as Auctioneer from 'consort-contracts/Auctioneer';
import * as DAOFactory from 'consort-contracts/DAOFactory';
import * as Item from 'consort-contracts/Item';
import { type Browser, chromium } from 'playwright-core';
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseEther,
  publicActions,
  type TransactionReceipt,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';

const ROOT = '..';
const CHAIN_ID = 31_337;
/** How far before now the chain begins. Bids are locked to rounds of a beacon that signs by the wall clock: what ends a little before
 * now on the chain can be opened at once. */
const HEAD_START = 3_600;
const MARGIN = 120;
const PERIOD = 3;
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

/** Where the browser is, null where there is none for this machine. */
export async function browserPath(): Promise<string | null> {
  if (process.env['CHROME_PATH']) return process.env['CHROME_PATH'];
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** All of it; `close` ends what was started. */
export async function openStage(executablePath: string) {
  const folder = mkdtempSync(join(tmpdir(), 'consort-page-'));
  const processes: ChildProcess[] = [];
  // a file that takes too long is ended from outside, where no `close` is called
  process.once('SIGTERM', () => {
    processes.forEach((one) => one.kill());
    process.exit(1);
  });
  const beacon = await startBeacon(processes);
  const begin = Number(beacon.info['genesis_time']) - HEAD_START;
  const node = await startAnvil(processes, begin);
  const chain = defineChain({ id: CHAIN_ID, name: 'a chain for tests', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [node] } } });
  const client = createTestClient({ chain, mode: 'anvil', transport: http(node), pollingInterval: 20 }).extend(publicActions);
  const deployer = await fund(privateKeyToAccount(generatePrivateKey()));

  async function fund(account: PrivateKeyAccount, ether = '100'): Promise<PrivateKeyAccount> {
    await client.setBalance({ address: account.address, value: parseEther(ether) });
    return account;
  }

  /** An account with ether. */
  async function newAccount(): Promise<PrivateKeyAccount> {
    return fund(privateKeyToAccount(generatePrivateKey()));
  }

  /** Sends a call of a contract, without the page. */
  async function send(account: PrivateKeyAccount, address: Address, abi: Abi, functionName: string, args: readonly unknown[], value = 0n): Promise<TransactionReceipt> {
    const wallet = createWalletClient({ account, chain, transport: http(node) });
    const { request } = await client.simulateContract({ account, address, abi, functionName, args, value });
    return client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
  }

  /** Puts a contract on the chain. */
  async function deploy(abi: Abi, bytecode: Hex, args: readonly unknown[] = []): Promise<Address> {
    const wallet = createWalletClient({ account: deployer, chain, transport: http(node) });
    const receipt = await client.waitForTransactionReceipt({ hash: await wallet.deployContract({ abi, bytecode, args }) });
    return receipt.contractAddress as Address;
  }

  const factory = await deploy(DAOFactory.abi as Abi, DAOFactory.bytecode);
  const auctioneer = await deploy(Auctioneer.abi as Abi, Auctioneer.bytecode, [factory, `0x${beacon.info['hash']}`]);
  const item = await deploy(Item.abi as Abi, Item.bytecode);
  const deployment = { chain_id: CHAIN_ID, block: 0, factory, auctioneer, beacon: beacon.info, node };
  const page = join(folder, 'page');
  const built = spawnSync(process.execPath, ['build.mjs', page], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the page does not build: ${built.stderr}`);
  writeFileSync(join(page, 'deployment.json'), JSON.stringify(deployment));
  const server = await serve(page);
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  let snapshot = await client.snapshot();

  return {
    client,
    node,
    deployment,
    item,
    browser,
    beaconUrl: beacon.url,
    /** Where the page is. */
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** A time of the chain at which bidding may end so that locks made for it can be opened at once: they are for the beacon's first round. */
    soon: BigInt(begin + HEAD_START - MARGIN),
    newAccount,
    send,
    deploy,
    now: async () => (await client.getBlock()).timestamp,
    /** Moves the chain's clock. */
    async advanceTo(time: bigint) {
      await client.setNextBlockTimestamp({ timestamp: time });
      await client.mine({ blocks: 1 });
    },
    /** The chain as it was when the stage was opened. */
    async startAnew() {
      await client.revert({ id: snapshot });
      snapshot = await client.snapshot();
    },
    async close() {
      await browser.close();
      server.close();
      processes.forEach((one) => one.kill());
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startAnvil(processes: ChildProcess[], timestamp: number): Promise<string> {
  const anvil = spawn(join(ROOT, 'node_modules', '.bin', 'anvil'), ['--port', '0', '--chain-id', String(CHAIN_ID), '--timestamp', String(timestamp), '--hardfork', 'shanghai'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(anvil);
  const at = await said(anvil, /Listening on ([0-9.:]+)/);
  const url = `http://${at}`;
  await createPublicClient({ transport: http(url) }).getChainId();
  return url;
}

/** `consort beacon`, as anybody runs one for a devnet. */
async function startBeacon(processes: ChildProcess[]): Promise<{ url: string; info: Record<string, unknown> }> {
  const program = join(ROOT, '.venv', 'bin', 'consort');
  if (!existsSync(program)) throw new Error('make setup first: there is no consort');
  const beacon = spawn(program, ['beacon', '--period', String(PERIOD)], { stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(beacon);
  const url = await said(beacon, /address\s+(http\S+)/);
  const [hash] = (await (await fetch(`${url}/chains`)).json()) as string[];
  const info = (await (await fetch(`${url}/${hash}/info`)).json()) as Record<string, unknown>;
  return { url, info };
}

/** What a program prints that matches. */
function said(program: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: program.stdout as NonNullable<ChildProcess['stdout']> });
    lines.on('line', (line) => {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    program.once('exit', (code) => reject(new Error(`it ended with ${code} before it said ${pattern}`)));
  });
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, answer) => {
    const name = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const file = join(folder, name === '/' ? 'index.html' : name);
    if (!existsSync(file)) return answer.writeHead(404).end();
    return answer.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
