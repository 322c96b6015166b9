// Members: the whole life of a lot by three of them, and everything that can go wrong on the way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { abi as daoAbi } from 'consort-contracts/DAO';
import * as NounsAdapter from 'consort-contracts/NounsAdapter';
import { type Abi, type Address, concatHex, numberToHex, parseEther } from 'viem';

import { commitment } from '../../src/seals/commitment.ts';
import { fact, save, seal, type } from './bidding.ts';
import { bidOpenly, list, newGroup, seal as sealDirectly, sealAlone } from './lives.ts';
import { act, arrive, faults, look, type Person } from './people.ts';
import { browserPath, openStage, type Stage } from './stage.ts';
import { answering, closeAll, elsewhere } from './strangers.ts';

const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const HOUR = 3_600n;
const DAY = 24n * HOUR;
const CHAIN = 31_337n;
let stage: Stage;
before(async () => {
  if (path !== null) stage = await openStage(path);
});
after(async () => {
  closeAll();
  await stage?.close();
});

let nextItem = 1_000n;

/** A lot on which a group bids, and where the group's members go. Locks for it open at once when bidding is over, unless it lasts. */
async function scene(terms: { reserve?: string; isOpen?: boolean; bondBps?: number; lasts?: bigint } = {}) {
  await stage.startAnew();
  const seller = await stage.newAccount();
  const end = terms.lasts === undefined ? stage.soon : (await stage.now()) + terms.lasts;
  const lot = await list(stage, seller, nextItem++, parseEther(terms.reserve ?? '0.01'), end, terms.bondBps ?? 1_000);
  const dao = await newGroup(stage, seller, [lot], terms.isOpen);
  return { seller, lot, dao, end, search: `?dao=${dao}&lot=${lot}` };
}

const member = async (search: string, extra: Parameters<typeof arrive>[3] = {}) => arrive(stage, await stage.newAccount(), search, extra);

function bidOf(contract: Address, lot: bigint, bidder: Address) {
  return stage.client.readContract({ address: contract, abi: daoAbi, functionName: 'bidOf', args: [lot, bidder] });
}

/** Somebody who has nothing to do with the lot takes all steps that are open on it. */
async function everyStep(lot: bigint, ...steps: (string | RegExp)[]): Promise<void> {
  const anybody = await member(`?view=steps&lot=${lot}`);
  for (const step of steps) await act(anybody, step);
  await anybody.close();
}

async function good(person: Person): Promise<void> {
  assert.deepEqual(await faults(person), []);
}

test('three members: sealed in one transaction, opened by lock and by receipt, served or not, and paid', options, async () => {
  const { lot, dao, end, search } = await scene({ reserve: '0.05' });
  const ann = await member(search);
  const bob = await member(search, { colorScheme: 'dark' });
  const cid = await member(search, { viewport: { width: 1280, height: 900 } });
  await ann.page.getByText('You have no bid on this lot').waitFor();
  await good(ann);
  await look(ann, 'bidding-390-light');
  const { receipt } = await seal(ann, '0.06', '0.2');
  assert.deepEqual([receipt.contract, receipt.lot, receipt.bidder, receipt.bid], [dao, lot, ann.account.address, 60_000_000n]);
  assert.equal(ann.asked.filter((method) => method === 'eth_sendTransaction').length, 1);
  const bid = await bidOf(dao, lot, ann.account.address);
  assert.deepEqual([bid.commitment, bid.deposit], [commitment(CHAIN, receipt), 200_000_000n]);
  await seal(bob, '0.04', '0.1');
  const cids = await seal(cid, '0.01', '0.05', { isLocked: false });
  await cid.page.getByText('3 bids, 0.35 ETH of deposits').waitFor();
  await good(cid);
  await look(ann, 'sealed-390-light');
  await look(bob, 'sealed-390-dark');
  await good(bob);

  await stage.advanceTo(end + 200n);
  await cid.page.getByText('Your bid has no lock that opens').waitFor();
  await look(cid, 'reveal-1280-light');
  assert.match(await act(cid, 'Open my bid'), /Your bid of 0\.01 ETH becomes public/);
  await fact(cid, 'Bid', '0.01 ETH');
  const anybody = await member(`?view=steps&lot=${lot}`);
  await anybody.page.getByLabel('Where the beacon answers').fill(stage.beaconUrl);
  await anybody.page.getByRole('button', { name: 'Fetch the signature and open the locks' }).click();
  await act(anybody, 'Send 2 openings');
  await anybody.close();
  await fact(ann, 'Bid', '0.06 ETH');

  await stage.advanceTo(end + DAY + 1n);
  await everyStep(lot, 'Count', 'Settle', /Pay out/);
  await fact(ann, 'Served', 'yes');
  await fact(ann, 'Access', 'yes');
  await fact(ann, 'Pays', '0.025 ETH');
  await fact(ann, 'Back', '0.175 ETH');
  await fact(ann, 'Where it is', /paid out in 0x/);
  await fact(bob, 'Back', '0.075 ETH');
  await fact(cid, 'Served', 'no');
  await fact(cid, 'Back', '0.05 ETH');
  for (const [person, name] of [[ann, 'settled-390-light'], [bob, 'settled-390-dark'], [cid, 'settled-1280-light']] as const) {
    await good(person);
    await look(person, name);
    assert.deepEqual(person.flaws, []);
  }
  assert.equal(await stage.client.readContract({ address: dao, abi: daoAbi, functionName: 'hasAccess', args: [lot, bob.account.address] }), true);
  assert.equal(cids.receipt.bid, 10_000_000n);
  await Promise.all([ann, bob, cid].map((one) => one.close()));
});

test('no money goes before the receipt of this very bid is saved', options, async () => {
  const { search } = await scene();
  const ann = await member(search);
  const { page } = ann;
  const button = page.getByRole('button', { name: '2. Seal bid' });
  await button.waitFor();
  assert.ok(await button.isDisabled());
  await type(ann, '0.06', '0.05');
  await page.getByText('The deposit has to cover the bid.').waitFor();
  assert.ok(await page.getByRole('button', { name: '1. Save receipt' }).isDisabled());
  await type(ann, '0.06', '0.1');
  assert.ok(await button.isDisabled(), 'before it is saved');
  await save(ann);
  assert.ok(await button.isEnabled());
  await page.getByLabel('Bid, ETH').fill('0.07');
  assert.ok(await button.isDisabled(), 'the receipt is of another bid');
  await page.getByLabel('Bid, ETH').fill('0.06');
  assert.ok(await button.isEnabled());
  await page.getByLabel(/Lock it to the beacon/).uncheck();
  await good(ann);
  await page.getByLabel(/Lock it to the beacon/).check();
  await button.click();
  const question = page.getByRole('group', { name: 'What will happen' });
  await question.waitFor();
  await page.getByLabel('Bid, ETH').fill('0.05');
  await question.waitFor({ state: 'detached' });
  assert.ok(!ann.asked.includes('eth_sendTransaction'), 'what is asked was about another bid');
  await ann.close();
});

test('a wallet on another chain is asked to come, and nothing is signed before it has', options, async () => {
  const { search } = await scene();
  const ann = await member(search, { chainId: 1, knowsChain: false });
  const { page } = ann;
  await page.getByText('Your wallet is on Ethereum').first().waitFor();
  await good(ann);
  await look(ann, 'wrong-chain-390-light');
  assert.equal(await page.getByRole('button', { name: '2. Seal bid' }).count(), 0);
  const move = page.getByRole('button', { name: /Switch to/ }).first();
  await move.click();
  await page.getByText('add it there first').waitFor();
  ann.wallet.knowsChain = true;
  await move.click();
  await ann.tell('chainChanged');
  await page.getByRole('button', { name: '2. Seal bid' }).waitFor();
  await seal(ann, '0.02', '0.02');
  ann.wallet.chainId = 10;
  await ann.tell('chainChanged');
  await page.getByText('Your wallet is on OP Mainnet').first().waitFor();
  assert.equal(ann.asked.filter((method) => method === 'eth_sendTransaction').length, 1);
  await ann.close();
});

test('a signature that is declined costs nothing, and the same receipt serves the next try', options, async () => {
  const { lot, dao, search } = await scene();
  const ann = await member(search, { rejects: true });
  await type(ann, '0.06', '0.06');
  const { receipt } = await save(ann);
  await act(ann, '2. Seal bid');
  await ann.page.getByText('You declined in the wallet. Nothing was sent.').waitFor();
  await good(ann);
  assert.equal((await bidOf(dao, lot, ann.account.address)).deposit, 0n);
  ann.wallet.rejects = false;
  await act(ann, '2. Seal bid');
  await fact(ann, 'Bid', /^sealed/);
  assert.equal((await bidOf(dao, lot, ann.account.address)).commitment, commitment(CHAIN, receipt));
  await ann.close();
});

test('a reload between receipt and transaction loses nothing', options, async () => {
  const { lot, dao, search } = await scene();
  const ann = await member(search);
  await type(ann, '0.06', '0.06');
  const { receipt } = await save(ann);
  await ann.page.reload();
  await ann.page.getByText('A receipt for a bid of 0.06 ETH is saved').waitFor();
  await good(ann);
  await ann.page.getByRole('button', { name: 'Go on with it' }).click();
  await ann.page.getByLabel('Deposit, ETH').fill('0.06');
  await act(ann, '2. Seal bid');
  await fact(ann, 'Bid', /^sealed: 0.06 ETH/);
  assert.equal((await bidOf(dao, lot, ann.account.address)).commitment, commitment(CHAIN, receipt));
  await ann.close();
});

test('a connection that is lost on the way loses neither what was typed nor the word of what was sent', options, async () => {
  const { lot, dao, search } = await scene({ lasts: DAY });
  const ann = await member(search);
  await type(ann, '0.06', '0.1');
  const { receipt } = await save(ann);
  const toNode = (url: URL) => url.origin === stage.node;
  await ann.page.route(toNode, (route) => route.abort());
  await ann.page.getByText('The node does not answer.').first().waitFor();
  await good(ann);
  await look(ann, 'silent-node-390-light');
  assert.equal(await ann.page.getByLabel('Bid, ETH').inputValue(), '0.06');
  // the wallet has a connection of its own
  await ann.page.getByRole('button', { name: '2. Seal bid' }).click();
  await ann.page.getByRole('button', { name: 'Sign and send' }).click();
  await ann.page.getByText('Sent. Waiting for a block').waitFor();
  // longer than the node is asked again for one answer
  await ann.page.waitForTimeout(3_000);
  assert.equal(await ann.page.getByText('It was sent, but').count(), 0);
  await ann.page.unroute(toNode);
  await fact(ann, 'Bid', /^sealed: 0.06 ETH/);
  await ann.page.getByText('The node does not answer.').first().waitFor({ state: 'detached' });
  assert.equal((await bidOf(dao, lot, ann.account.address)).commitment, commitment(CHAIN, receipt));
  await ann.close();
});

test('a lot of which something cannot be read for a moment keeps what was typed', options, async () => {
  const { search } = await scene({ lasts: DAY });
  const ann = await member(search);
  await type(ann, '0.06', '0.1');
  await save(ann);
  const isCall = (body: string | null) => body !== null && body.includes('eth_call');
  await ann.page.route((url) => url.origin === stage.node, (route) => (isCall(route.request().postData()) ? route.abort() : route.fallback()));
  await stage.client.mine({ blocks: 1 });
  await ann.page.getByText('could not be read again: this is as it was').first().waitFor();
  assert.equal(await ann.page.getByLabel('Bid, ETH').inputValue(), '0.06');
  assert.ok(await ann.page.getByRole('button', { name: '2. Seal bid' }).isEnabled());
  await good(ann);
  await ann.page.unrouteAll();
  await ann.page.getByText('could not be read again').first().waitFor({ state: 'detached' });
  await ann.close();
});

test('a browser that keeps nothing is not said to have kept a receipt', options, async () => {
  const { search } = await scene();
  const ann = await member(search);
  await ann.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new Error('full');
    };
  });
  await type(ann, '0.06', '0.06');
  await save(ann);
  await ann.page.getByText('saved as a file only, since this browser keeps nothing').waitFor();
  await good(ann);
  await ann.close();
});

test('what one tab has sent another does not send once more', options, async () => {
  const { lot, dao, search } = await scene({ lasts: DAY });
  const ann = await member(search);
  await type(ann, '0.06', '0.06');
  await save(ann);
  const tab = await ann.page.context().newPage();
  await tab.goto(stage.base + search);
  await tab.getByRole('button', { name: 'Go on with it' }).click();
  await tab.getByLabel('Deposit, ETH').fill('0.06');
  await tab.getByRole('button', { name: '2. Seal bid' }).click();
  const second = tab.getByRole('button', { name: 'Sign and send' });
  await second.waitFor();
  // the other tab hears of nothing
  await tab.route((url) => url.origin === stage.node, (route) => route.abort());
  await act(ann, '2. Seal bid');
  await fact(ann, 'Bid', /^sealed/);
  await second.click();
  await tab.getByText('By your wallet’s node 0.06 ETH lie under your bid, by this page 0 ETH').waitFor();
  assert.equal((await bidOf(dao, lot, ann.account.address)).deposit, 60_000_000n);
  await ann.close();
});

test('a receipt that is gone from the device is read from its file; one of another bid is refused', options, async () => {
  const { lot, dao, end, search } = await scene();
  const ann = await member(search);
  const first = await seal(ann, '0.06', '0.1', { isLocked: false });
  await ann.page.getByRole('button', { name: 'Change the bid' }).click();
  const second = await seal(ann, '0.05', '0.1', { isLocked: false, button: '2. Replace bid' });
  // the file once more, of the bid that stands
  const [again] = await Promise.all([ann.page.waitForEvent('download'), ann.page.getByRole('button', { name: 'Save its receipt as a file' }).click()]);
  assert.equal(readFileSync(await again.path(), 'utf8'), readFileSync(second.path, 'utf8'));
  await ann.page.evaluate(() => localStorage.clear());
  await stage.advanceTo(end + 200n);
  await ann.page.getByLabel('Receipt file').setInputFiles(first.path);
  await ann.page.getByText('one receipt, of another bid').waitFor();
  await good(ann);
  assert.equal(await ann.page.getByRole('button', { name: 'Open my bid' }).count(), 0);
  await ann.page.getByLabel('Receipt file').setInputFiles(second.path);
  await act(ann, 'Open my bid');
  await fact(ann, 'Bid', '0.05 ETH');
  assert.equal((await bidOf(dao, lot, ann.account.address)).bid, 50_000_000n);
  await ann.close();
});

test('without a receipt a locked bid is opened by its lock, where the page leads', options, async () => {
  const { lot, dao, end, search } = await scene();
  const ann = await member(search);
  await seal(ann, '0.06', '0.1');
  await ann.page.evaluate(() => localStorage.clear());
  await stage.advanceTo(end + 200n);
  await ann.page.getByLabel('Receipt file').waitFor();
  await good(ann);
  await look(ann, 'no-receipt-390-light');
  await ann.page.getByRole('link', { name: 'by its lock' }).click();
  await ann.page.getByLabel('Where the beacon answers').fill(stage.beaconUrl);
  await ann.page.getByRole('button', { name: 'Fetch the signature' }).click();
  await act(ann, 'Send 1 opening');
  assert.equal((await bidOf(dao, lot, ann.account.address)).bid, 60_000_000n);
  await ann.close();
});

test('a silent member is told of the bond, and claims the rest', options, async () => {
  const { end, search } = await scene({ bondBps: 2_500 });
  const ann = await member(search);
  await seal(ann, '0.06', '0.1', { isLocked: false });
  await fact(ann, 'Bond', '0.025 ETH (25 %) if nobody opens the bid');
  await stage.advanceTo(end + DAY + 1n);
  await fact(ann, 'Bond', '0.025 ETH lost: the bid was never opened');
  await fact(ann, 'Bid', /^never opened: 0\.06 ETH, by the receipt/);
  await good(ann);
  assert.match(await act(ann, 'Claim 0.075 ETH'), /The bond of 0\.025 ETH is burnt/);
  await fact(ann, 'Back', '0.075 ETH');
  await fact(ann, 'Bid', 'never opened');
  await fact(ann, 'Bond', '0.025 ETH burnt');
  await good(ann);
  await look(ann, 'silent-390-light');
  await ann.close();
});

test('a void lot gives everything back, also under a bid on the next lot', options, async () => {
  const { seller, lot, dao, end, search } = await scene({ reserve: '5' });
  const [ann, bob] = [await member(search), await member(search)];
  await seal(ann, '0.06', '0.1', { isLocked: false });
  await seal(bob, '0.05', '0.08', { isLocked: false });
  await stage.advanceTo(end + 200n);
  await act(ann, 'Open my bid');
  await act(bob, 'Open my bid');
  await stage.advanceTo(end + DAY + 1n);
  await everyStep(lot, 'Count', 'Send the item back');
  await fact(ann, 'Served', 'no: nobody won');
  await good(ann);
  assert.match(await act(ann, 'Claim 0.1 ETH'), /0\.1 ETH come to your account/);
  await fact(ann, 'Back', '0.1 ETH');
  const next = await list(stage, seller, nextItem++, parseEther('0.01'), (await stage.now()) + DAY);
  await stage.send(seller, dao, daoAbi as Abi, 'enter', [next]);
  await bob.page.getByText('Bid with it on the next lot').click();
  await bob.page.getByLabel('Lot', { exact: true }).waitFor();
  await type(bob, '0.09', '0.1');
  await good(bob);
  await look(bob, 'roll-390-light');
  const { receipt } = await save(bob);
  assert.equal(receipt.lot, next);
  assert.match(await act(bob, '2. Roll to this lot'), /of which 0\.08 ETH come from lot/);
  await fact(bob, 'Back', '0.08 ETH');
  const bid = await bidOf(dao, next, bob.account.address);
  assert.deepEqual([bid.commitment, bid.deposit], [commitment(CHAIN, receipt), 100_000_000n]);
  assert.deepEqual([ann.flaws, bob.flaws], [[], []]);
  await Promise.all([ann, bob].map((one) => one.close()));
});

test('a lot that is void since nobody counted says so, and one’s bid is found without its group', options, async () => {
  const { lot, end, search } = await scene();
  const ann = await member(search);
  await seal(ann, '0.06', '0.1', { isLocked: false });
  await stage.advanceTo(end + 200n);
  await act(ann, 'Open my bid');
  await stage.advanceTo(end + 2n * DAY + 1n);
  await fact(ann, 'Served', 'no: nobody won');
  await ann.page.goto(`${stage.base}?view=outcome&lot=${lot}`);
  await ann.page.getByText('Nobody whose bids were counted in time bid the reserve of 0.01 ETH').waitFor();
  await fact(ann, 'Willing to pay', /^nobody had its bids counted in time/);
  await good(ann);
  await ann.page.goto(`${stage.base}?lot=${lot}`);
  await ann.page.getByText('You have a bid on this lot with a group').waitFor();
  await good(ann);
  await ann.page.getByRole('link', { name: /^your bid with/ }).click();
  await act(ann, 'Claim 0.1 ETH');
  await fact(ann, 'Back', '0.1 ETH');
  await ann.close();
});

test('a refund that an account does not take is claimed for another', options, async () => {
  const { lot, dao, end, search } = await scene({ reserve: '5' });
  const ann = await member(search);
  await seal(ann, '0.06', '0.1', { isLocked: false });
  await stage.advanceTo(end + 200n);
  await act(ann, 'Open my bid');
  await stage.advanceTo(end + DAY + 1n);
  await everyStep(lot, 'Count');
  // for the length of the push the account is a contract that takes nothing
  await stage.client.setCode({ address: ann.account.address, bytecode: '0x5f5ffd' });
  await stage.send(await stage.newAccount(), dao, daoAbi as Abi, 'claimBatch', [lot, [ann.account.address]]);
  await stage.client.setCode({ address: ann.account.address, bytecode: '0x' });
  await ann.page.getByText('It was sent to your account, which did not take it.').waitFor();
  await good(ann);
  const other = await stage.newAccount();
  const before = await stage.client.getBalance({ address: other.address });
  await ann.page.getByText('Claim it for another account', { exact: true }).click();
  const account = ann.page.getByLabel('Account', { exact: true });
  await account.fill(other.address.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
  await ann.page.getByText('with a typing error').waitFor();
  await account.fill(other.address);
  assert.match(await act(ann, 'Claim 0.1 ETH for it'), new RegExp(other.address));
  await fact(ann, 'Back', '0.1 ETH');
  assert.equal((await stage.client.getBalance({ address: other.address })) - before, parseEther('0.1'));
  await ann.close();
});

test('a bid is taken back with the whole deposit while bidding lasts', options, async () => {
  const { lot, dao, search } = await scene({ lasts: DAY });
  const ann = await member(search);
  await seal(ann, '0.06', '0.1');
  assert.match(await act(ann, 'Take the bid back'), /the deposit of 0\.1 ETH comes back/);
  await ann.page.getByText('You have no bid on this lot').waitFor();
  assert.deepEqual(await bidOf(dao, lot, ann.account.address), { commitment: `0x${'00'.repeat(24)}`, bid: 0n, deposit: 0n });
  await ann.close();
});

test('in an open group the bid is the deposit, and is raised', options, async () => {
  const { lot, dao, search } = await scene({ isOpen: true, lasts: DAY });
  const [ann, other] = [await member(search), await stage.newAccount()];
  await ann.page.getByText('Bids of this group are open').waitFor();
  await ann.page.getByLabel('Bid, ETH').fill('0.03');
  await act(ann, 'Bid');
  await fact(ann, 'Bid', '0.03 ETH');
  await bidOpenly(stage, other, dao, lot, parseEther('0.04'));
  await ann.page.getByText('2 bids, 0.07 ETH of deposits').waitFor();
  await ann.page.getByLabel('Add, ETH').fill('0.02');
  assert.match(await act(ann, 'Raise bid'), /Your bid becomes 0\.05 ETH/);
  await fact(ann, 'Bid', '0.05 ETH');
  await good(ann);
  await ann.close();
});

test('an individual bids at the auctioneer, wins, and has the rest back', options, async () => {
  const { lot, dao, end } = await scene({ reserve: '0.01' });
  const ann = await member(`?lot=${lot}`);
  await sealDirectly(stage, await stage.newAccount(), dao, lot, parseEther('0.03'), parseEther('0.03'));
  await ann.page.getByText('Groups on this lot').waitFor();
  await seal(ann, '0.06', '0.1', { isLocked: false });
  await good(ann);
  await look(ann, 'individual-390-light');
  const rival = await sealAlone(stage, await stage.newAccount(), lot, parseEther('0.05'), parseEther('0.05'));
  await stage.advanceTo(end + 200n);
  await act(ann, 'Open my bid');
  await rival.reveal();
  await stage.advanceTo(end + DAY + 1n);
  await everyStep(lot, 'Count', 'Settle');
  await fact(ann, 'Served', 'yes');
  await fact(ann, 'Pays', '0.05 ETH');
  await act(ann, 'Claim 0.05 ETH');
  await fact(ann, 'Back', '0.05 ETH');
  await ann.close();
});

test('by keyboard alone a bid is sealed', options, async () => {
  const { lot, dao, search } = await scene();
  const ann = await member(search);
  const { page } = ann;
  const focused = () => page.evaluate(() => document.activeElement?.textContent || (document.activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent || '');
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 60; ++i) {
      if (name.test(await focused())) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no way to ${name} by Tab`);
  };
  await page.getByLabel('Bid, ETH').waitFor();
  await page.evaluate(() => document.querySelector('h1')?.focus());
  await tabTo(/^Bid, ETH/);
  await page.keyboard.type('0.06');
  await page.keyboard.press('Tab');
  await page.keyboard.type('0.1');
  await tabTo(/Save receipt/);
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.match(file.suggestedFilename(), /^consort-lot\d+-.*\.jsonl$/);
  await tabTo(/^2\. Seal bid/);
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'What will happen' }).waitFor();
  await tabTo(/^Sign and send/);
  await page.keyboard.press('Enter');
  await fact(ann, 'Bid', /^sealed/);
  assert.equal((await bidOf(dao, lot, ann.account.address)).deposit, 100_000_000n);
  await ann.close();
});

test('the dates are a calendar file that leads back to the group’s lot', options, async () => {
  const { dao, search } = await scene();
  const ann = await member(search);
  const [file] = await Promise.all([ann.page.waitForEvent('download'), ann.page.getByRole('button', { name: 'Dates as a calendar file' }).click()]);
  const text = (await import('node:fs')).readFileSync(await file.path(), 'utf8');
  assert.equal(text.match(/BEGIN:VEVENT/g)?.length, 3);
  assert.ok(text.replace(/\r\n /g, '').includes(`dao=${dao}`));
  await ann.close();
});

test('at a house of others a member bids through the adapter, whose code is known', options, async () => {
  await stage.startAnew();
  const { factory, auctioneer, beacon } = stage.deployment;
  const now = await stage.now();
  // a house that answers every question with its auction: number, amount, start, end, bidder, settled
  const house = (await stage.newAccount()).address;
  const number = 7n;
  const auction = [number, 0n, 1n, now + 5n * DAY, 0n, 0n];
  await stage.client.setCode({ address: house, bytecode: answering(concatHex(auction.map((word) => numberToHex(word, { size: 32 })))) });
  const adapter = await stage.deploy(NounsAdapter.abi as Abi, NounsAdapter.bytecode, [factory, `0x${beacon.hash}`, auctioneer, house]);
  const creator = await stage.newAccount();
  const [endOfBidding, endOfReveal, endOfTally] = [now + DAY, now + 2n * DAY, now + 3n * DAY].map(Number);
  await stage.send(creator, adapter, NounsAdapter.abi as Abi, 'register', [number, { endOfBidding, endOfReveal, endOfTally, bondBps: 10_000 }]);
  const dao = await newGroup({ ...stage, deployment: { ...stage.deployment, auctioneer: adapter } } as Stage, creator, [1n]);
  const file = await elsewhere({ ...stage.deployment, adapters: [{ make: 'nouns', house, address: adapter }] });
  const ann = await member(`?deployment=${encodeURIComponent(file)}&dao=${dao}&lot=1`);
  await ann.page.getByText('This lot is an auction at a house of others').waitFor();
  await seal(ann, '0.06', '0.1');
  await good(ann);
  await look(ann, 'house-390-light');
  assert.equal((await bidOf(dao, 1n, ann.account.address)).deposit, 100_000_000n);
  assert.match(await act(ann, 'Take the bid back'), /0\.1 ETH comes back/);
  await ann.close();
});

test('all lots are listed, the newest first, and lead to their groups', options, async () => {
  const { seller, lot, dao } = await scene();
  const next = await list(stage, seller, nextItem++, parseEther('3'), (await stage.now()) + DAY);
  const ann = await member('');
  await ann.page.getByText('at 3 ETH or more').waitFor();
  assert.deepEqual(await ann.page.locator('.lots h2').allInnerTexts(), [`Lot ${next}`, `Lot ${lot}`]);
  await good(ann);
  await look(ann, 'home-390-light');
  await ann.page.getByRole('link', { name: `Lot ${lot}` }).click();
  await ann.page.getByRole('link', { name: /^Bid with/ }).click();
  await ann.page.getByText('You have no bid on this lot with this group.').waitFor();
  assert.equal(new URL(ann.page.url()).searchParams.get('dao'), dao);
  await ann.page.goBack();
  await ann.page.getByText('Groups on this lot').waitFor();
  assert.deepEqual(ann.flaws, []);
  await ann.close();
});

test('without a node in file or address the wallet reads; without a good file the page says why', options, async () => {
  const { search } = await scene();
  const { node: _, ...rest } = stage.deployment;
  const file = await elsewhere(rest);
  const ann = await member(`${search}&deployment=${encodeURIComponent(file)}`);
  await ann.page.getByText('You have no bid on this lot with this group.').waitFor();
  assert.ok(ann.asked.includes('eth_call'));
  const other = await elsewhere({ ...stage.deployment, chain_id: 1 });
  await ann.page.goto(`${stage.base}?deployment=${encodeURIComponent(other)}`);
  await ann.page.getByText('The node is on chain 31337, the contracts are on chain 1.').waitFor();
  const bad = await elsewhere({ ...rest, factory: 'x' });
  await ann.page.goto(`${stage.base}?deployment=${encodeURIComponent(bad)}`);
  await ann.page.getByText('The deployment file cannot be used: factory: no address.').waitFor();
  await good(ann);
  await ann.close();
});
