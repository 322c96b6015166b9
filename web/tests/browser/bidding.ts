// What a member does at the page to bid.

import { readFileSync } from 'node:fs';

import { parseReceipt } from '../../src/seals/receipt.ts';
import { type Opening } from '../../src/seals/commitment.ts';
import { act, type Person } from './people.ts';

/** A saved receipt: what it says, and the file. */
export interface Saved {
  receipt: Opening;
  path: string;
}

/** Types a bid and a deposit, in ETH. */
export async function type({ page }: Person, bid: string, deposit: string): Promise<void> {
  await page.getByLabel('Bid, ETH').fill(bid);
  await page.getByLabel('Deposit, ETH').fill(deposit);
}

/** Saves the receipt of what was typed. */
export async function save({ page }: Person): Promise<Saved> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Save receipt/ }).click()]);
  const path = await file.path();
  return { receipt: parseReceipt(readFileSync(path, 'utf8').trimEnd()), path };
}

/** A whole bid: typed, its receipt saved, and sealed. `button`: what the last step is called. */
export async function seal(person: Person, bid: string, deposit: string, options: { isLocked?: boolean; button?: string } = {}): Promise<Saved> {
  const { isLocked = true, button = '2. Seal bid' } = options;
  await type(person, bid, deposit);
  await person.page.getByLabel(/Lock it to the beacon/).setChecked(isLocked);
  const saved = await save(person);
  await act(person, button);
  await fact(person, 'Bid', /^sealed/);
  return saved;
}

/** Waits until a row of a list of facts says something, and returns what. */
export async function fact({ page }: Person, name: string, value: RegExp | string): Promise<string> {
  const row = page.locator('dl > div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd').filter({ hasText: value });
  await row.first().waitFor();
  return row.first().innerText();
}
