// People at the page: each with a browser of its own, and a wallet in it that signs with a key for tests.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BrowserContextOptions, Page } from 'playwright-core';
import { createWalletClient, defineChain, type Hex, http, toHex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

import type { Stage } from './stage.ts';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const PHONE = { width: 390, height: 844 };
/** How long a page is waited for, against hanging alone: a busy machine may take a tenth of it. */
export const PATIENCE_MS = 300_000;

/** How a wallet behaves: asked to sign it may say no; it may be on another chain, or not know the page's. */
export interface Behaviour {
  rejects: boolean;
  chainId: number;
  knowsChain: boolean;
}

/** Somebody at the page. `asked`: what the wallet was asked for, in order. `flaws`: what went wrong in the page itself. */
export interface Person {
  page: Page;
  account: PrivateKeyAccount;
  wallet: Behaviour;
  /** Tells the page of something that happened in the wallet, such as `chainChanged`. */
  tell: (event: string) => Promise<void>;
  asked: string[];
  flaws: string[];
  close: () => Promise<void>;
}

/** Opens the page at `search` as somebody with a wallet. */
export async function arrive(stage: Stage, account: PrivateKeyAccount, search: string, options: BrowserContextOptions & Partial<Behaviour> = {}): Promise<Person> {
  const { rejects = false, chainId = stage.deployment.chain_id, knowsChain = true, ...rest } = options;
  const wallet = { rejects, chainId, knowsChain };
  const context = await stage.browser.newContext({ viewport: PHONE, acceptDownloads: true, ...rest });
  const [asked, flaws]: [string[], string[]] = [[], []];
  const id = stage.deployment.chain_id;
  const chain = defineChain({ id, name: 'tests', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [stage.node] } } });
  const signer = createWalletClient({ account, chain, transport: http(stage.node) });
  const answer = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [account.address];
    if (method === 'eth_chainId') return toHex(wallet.chainId);
    if (method === 'wallet_switchEthereumChain') {
      if (!wallet.knowsChain) throw Object.assign(new Error('Unrecognized chain.'), { code: 4902 });
      wallet.chainId = id;
      return null;
    }
    if (method === 'eth_sendTransaction') {
      if (wallet.rejects) throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
      const { to, data, value } = params[0] as { to: Hex; data?: Hex; value?: Hex };
      return signer.sendTransaction({ to, data: data ?? '0x', value: value === undefined ? 0n : BigInt(value) });
    }
    return stage.client.request({ method, params } as never);
  };
  await context.exposeFunction('__wallet', async (method: string, params: readonly unknown[]) => {
    asked.push(method);
    try {
      return { ok: await answer(method, params) };
    } catch (error) {
      const { code, data, message } = error as { code?: number; data?: unknown; message: string };
      return { error: { code: code ?? -32_000, data, message } };
    }
  });
  await context.addInitScript(inject);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => flaws.push(message));
  page.on('console', (line) => line.type() === 'error' && flaws.push(line.text()));
  await page.goto(stage.base + search);
  await page.getByRole('button', { name: 'Connect Test wallet' }).click();
  await page.getByRole('button', { name: 'Disconnect' }).waitFor();
  const tell = (event: string) => page.evaluate((name) => window.dispatchEvent(new CustomEvent(`wallet:${name}`)), event).then(() => undefined);
  return { page, account, wallet, tell, asked, flaws, close: () => context.close() };
}

/** Presses a button of a step, reads what will happen, signs, and waits for the end. Returns what was told before signing. */
export async function act({ page }: Person, label: string | RegExp): Promise<string> {
  await page.getByRole('button', { name: label }).click();
  const question = page.getByRole('group', { name: 'What will happen' });
  const told = await question.innerText();
  await question.getByRole('button', { name: 'Sign and send' }).click();
  await question.waitFor({ state: 'detached' });
  await page.getByText('Sign it in your wallet').waitFor({ state: 'detached' });
  await page.getByText('Waiting for a block').waitFor({ state: 'detached' });
  return told;
}

/** What is wrong for somebody who cannot see, or works by keyboard, by axe; and whether the page is wider than its window. */
export async function faults({ page }: Pick<Person, 'page'>): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const violations = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { target: string[] }[] }[] };
  const found = violations.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
  return width[0] > width[1] ? [...found, `${width[0]} px wide in a window of ${width[1]}`] : found;
}

/** A picture of the whole page, for people to look at, in the folder that SCREENSHOTS names. */
export async function look({ page }: Pick<Person, 'page'>, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Runs in the page: a wallet that announces itself as EIP-6963 says. */
function inject(): void {
  const ask = (window as unknown as { __wallet: (method: string, params: unknown) => Promise<{ ok?: unknown; error?: { message: string } }> }).__wallet;
  const provider = {
    request: async ({ method, params }: { method: string; params?: unknown }) => {
      const { ok, error } = await ask(method, params ?? []);
      if (error) throw Object.assign(new Error(error.message), error);
      return ok;
    },
    on: (event: string, heard: () => void) => window.addEventListener(`wallet:${event}`, heard),
    removeListener: (event: string, heard: () => void) => window.removeEventListener(`wallet:${event}`, heard),
  };
  const info = { uuid: '7e57e57e-57e5-47e5-a7e5-7e57e57e57e5', name: 'Test wallet', icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>', rdns: 'test.wallet' };
  const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  window.addEventListener('eip6963:requestProvider', announce);
  announce();
}
