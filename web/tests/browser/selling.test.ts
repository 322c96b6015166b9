// A seller: an item approved and listed, a schedule out of bounds refused, the bids seen, the price collected, the item back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as itemAbi } from 'consort-contracts/Item';
import { type Abi, formatEther, type Hex, parseEther } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

import { BASE } from '../../src/lots/gas.ts';
import { list, sealAlone } from './lives.ts';
import { act, arrive, faults, look, type Person } from './people.ts';
import { browserPath, openStage, type Stage } from './stage.ts';

const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const DAY = 86_400n;
let stage: Stage;
before(async () => {
  if (path !== null) stage = await openStage(path);
});
after(() => stage?.close());

/** A seller who holds item `tokenId`, at the form. */
async function atTheForm(seller: PrivateKeyAccount, tokenId: bigint): Promise<Person> {
  await stage.send(seller, stage.item, itemAbi as Abi, 'mint', [seller.address, tokenId]);
  const person = await arrive(stage, seller, '?view=sell');
  await person.page.getByLabel('Contract of the item').fill(stage.item);
  await person.page.getByLabel('Number of the item').fill(String(tokenId));
  await person.page.getByText('Consort test item').waitFor();
  return person;
}

test('an item is approved and listed as the form says', options, async () => {
  const seller = await stage.newAccount();
  const person = await atTheForm(seller, 7n);
  const { page } = person;
  await page.getByLabel('Reserve, ETH').fill('0.5');
  await page.getByLabel('Then bids are opened').fill('12 hours');
  assert.ok(await page.getByRole('button', { name: '2. List the item' }).isDisabled(), 'not before the auctioneer may take it');
  assert.deepEqual(await faults(person), []);
  await look(person, 'sell-form');
  assert.match(await act(person, '1. Let the auctioneer take the item'), /item 7/);
  await page.getByText('The auctioneer may take the item.').waitFor();
  const told = await act(person, '2. List the item');
  assert.match(told, /0\.5 ETH or more/);
  assert.match(told, /cannot call the sale off/);
  await page.getByText('for sale as lot 1').waitFor();
  const { endOfBidding, endOfReveal, endOfTally, bondBps } = await stage.client.readContract({ address: stage.deployment.auctioneer, abi: auctioneerAbi, functionName: 'bookOf', args: [1n] });
  assert.deepEqual([endOfReveal - endOfBidding, endOfTally - endOfReveal, bondBps], [43_200, 86_400, 10_000]);
  const lot = await stage.client.readContract({ address: stage.deployment.auctioneer, abi: auctioneerAbi, functionName: 'lotOf', args: [1n] });
  assert.deepEqual([lot.seller, lot.tokenId, lot.price], [seller.address, 7n, 500_000_000n]);
  assert.match(await page.getByText('?lot=1').innerText(), /^http/);
  assert.deepEqual(await faults(person), []);
  assert.deepEqual(person.flaws, []);
  await person.close();
});

test('times and bonds that the contract would refuse are refused with the bound, and nothing is asked of the wallet', options, async () => {
  const person = await atTheForm(await stage.newAccount(), 8n);
  const { page } = person;
  await page.getByLabel('Reserve, ETH').fill('0.5');
  const refused: [string, string, RegExp][] = [
    ['Then bids are opened', '9 minutes', /at least 10 minutes, not 9 minutes/],
    ['Then bids are opened', '31 days', /at most 4 weeks 2 days, not 4 weeks 3 days/],
    ['Then groups are counted', '5 min', /at least 10 minutes/],
    ['Then groups are counted', 'soon', /Write a number with its unit/],
    ['Then groups are counted', `${'9'.repeat(400)} days`, /Write a number with its unit/],
    ['Bond, % of the deposit', '0x20', /a percentage from 10 to 100/],
    ['Members of the largest group', 'many', /a number from 1 on/],
    ['Reserve, ETH', '1,000', /Write 1000 or 1\.000/],
    ['Bond, % of the deposit', '9', /at least 10 %/],
    ['Bond, % of the deposit', '101', /at most the whole deposit/],
    ['Bidding ends', '2020-01-01T12:00', /in the future/],
    ['Reserve, ETH', '0', /at least 0\.000000001 ETH/],
  ];
  for (const [label, typed, said] of refused) {
    const field = page.getByLabel(label);
    const before = await field.inputValue();
    await field.fill(typed);
    assert.match(await page.locator('.flaw').innerText(), said);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await page.getByRole('button', { name: '2. List the item' }).isDisabled(), `${label} ${typed}`);
    await field.fill(before);
  }
  await page.getByLabel('Bond, % of the deposit').fill('10');
  await page.getByText('phantom bids').waitFor();
  await page.getByLabel('Members of the largest group').fill('20000');
  await page.getByLabel('Then groups are counted').fill('1 hour');
  await page.getByText('takes 40 transactions').waitFor();
  assert.deepEqual(await faults(person), []);
  await look(person, 'sell-warnings');
  assert.ok(!person.asked.includes('eth_sendTransaction'));
  await person.close();
});

test('a lot that was sold: its bids are shown and the price is collected', options, async () => {
  await stage.startAnew();
  const [seller, bidder] = [await stage.newAccount(), await stage.newAccount()];
  const lot = await list(stage, seller, 9n, parseEther('0.1'), (await stage.now()) + DAY);
  const { reveal } = await sealAlone(stage, bidder, lot, parseEther('0.3'), parseEther('1'));
  const person = await arrive(stage, seller, '?view=sell');
  const { page } = person;
  await page.getByText('Bids on it').click();
  await page.getByText('1 ETH', { exact: true }).waitFor();
  await stage.advanceTo((await stage.now()) + DAY);
  await reveal();
  await stage.advanceTo((await stage.now()) + DAY);
  await stage.send(bidder, stage.deployment.auctioneer, auctioneerAbi as Abi, 'settle', [lot]);
  await page.getByText('Your sales have earned 0.1 ETH').waitFor();
  await page.getByText('Sold at 0.1 ETH').waitFor();
  assert.deepEqual(await faults(person), []);
  await look(person, 'sell-sold');
  const before = await stage.client.getBalance({ address: seller.address });
  assert.match(await act(person, 'Collect the proceeds'), /0\.1 ETH are sent to this account/);
  await page.getByText('0.1 ETH were sent to your account').waitFor();
  const gained = (await stage.client.getBalance({ address: seller.address })) - before;
  assert.ok(gained > parseEther('0.099') && gained <= parseEther('0.1'), formatEther(gained));
  assert.deepEqual(person.flaws, []);
  await person.close();
});

test('a lot that nobody wanted: the seller has the item sent back', options, async () => {
  await stage.startAnew();
  const seller = await stage.newAccount();
  const lot = await list(stage, seller, 10n, parseEther('0.1'), (await stage.now()) + DAY);
  await stage.advanceTo((await stage.now()) + 4n * DAY);
  const person = await arrive(stage, seller, '?view=sell');
  await person.page.getByRole('link', { name: 'Have the item sent back' }).click();
  await act(person, 'Send the item back');
  const [hash] = (await stage.client.getBlock()).transactions;
  const { gasUsed } = await stage.client.getTransactionReceipt({ hash: hash as Hex });
  assert.ok(Math.abs(Number(gasUsed) / Number(BASE.reclaim) - 1) < 0.05, `${gasUsed} gas, and ${BASE.reclaim} were told before`);
  await person.page.getByText('Nothing is to be done now').waitFor();
  const owner = await stage.client.readContract({ address: stage.item, abi: itemAbi, functionName: 'ownerOf', args: [10n] });
  assert.equal(owner, seller.address);
  assert.equal(lot, 1n);
  assert.deepEqual(person.flaws, []);
  await person.close();
});
