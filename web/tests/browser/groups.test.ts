// A group: made where the page said, shared by a link, winning, voting on what it owns, selling it again, each taking its part.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import * as DAO from 'consort-contracts/DAO';
import { abi as factoryAbi } from 'consort-contracts/DAOFactory';
import { abi as estateAbi } from 'consort-contracts/Estate';
import { type Abi, type Address, encodeFunctionData, type Hex, pad, parseEther, toFunctionSelector, zeroAddress } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

import { list, newGroup, seal, sealAlone } from './lives.ts';
import { act, arrive, faults, look, type Person } from './people.ts';
import { browserPath, openStage, type Stage } from './stage.ts';
import { closeAll, elsewhere } from './strangers.ts';

const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const DAY = 86_400n;
let stage: Stage;
before(async () => {
  if (path !== null) stage = await openStage(path);
});
after(() => {
  closeAll();
  return stage?.close();
});

const estateOf = (dao: Address, lot: bigint) => stage.client.readContract({ address: dao, abi: DAO.abi, functionName: 'estateAt', args: [lot] });

test('a group is made where the page said, enters the lot at once, and a stranger comes by its link', options, async () => {
  const lot = await list(stage, await stage.newAccount(), 1n, parseEther('1'), (await stage.now()) + 3n * DAY);
  const person = await arrive(stage, await stage.newAccount(), `?view=new-group&lot=${lot}`, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = person;
  await page.getByLabel('How many members').fill('2000');
  await page.getByText('a full copy is the cheaper one').waitFor();
  await page.getByText('about 3,774,000 gas').waitFor();
  const dear = await page.locator('code.whole').first().innerText();
  await page.getByLabel('How many members').fill('20');
  await page.getByText('a light contract is the cheaper one').waitFor();
  await page.getByText('about 139,000 gas').waitFor();
  await page.getByLabel('Smallest bid').fill('0.01');
  await page.waitForFunction((before) => ![before, '…'].includes(document.querySelector('main code.whole')?.textContent ?? '…'), dear);
  const promised = await page.locator('main code.whole').first().innerText();
  assert.deepEqual(await faults(person), []);
  await look(person, 'new-group');
  const told = await act(person, `Make the group and enter lot ${lot}`);
  assert.ok(told.includes(promised), told);
  assert.match(told, /smallest bid is 0\.01 ETH/);
  await page.getByText('Bring the others').waitFor();
  await look(person, 'group-made');
  const link = await page.getByText(`lot=${lot}`).innerText();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  const dao = new URL(link).searchParams.get('dao') as Address;
  assert.equal(dao, promised);
  assert.ok(await stage.client.readContract({ address: stage.deployment.factory, abi: factoryAbi, functionName: 'isDAO', args: [dao] }));
  const call = { address: dao, abi: DAO.abi } as const;
  assert.deepEqual(
    await Promise.all([stage.client.readContract({ ...call, functionName: 'isOpen' }), stage.client.readContract({ ...call, functionName: 'minimumBid' })]),
    [false, 10_000_000n],
  );
  const stranger = await arrive(stage, await stage.newAccount(), new URL(link).search);
  await stranger.page.getByRole('heading', { name: `Lot ${lot}, with a group` }).waitFor();
  await stranger.page.getByRole('link', { name: 'The group and its lots' }).click();
  await stranger.page.getByText('sealed: nobody sees them').waitFor();
  assert.deepEqual(await faults(stranger), []);
  assert.deepEqual([...person.flaws, ...stranger.flaws], []);
  await Promise.all([person.close(), stranger.close()]);
});

test('the node of whoever shares is not in the link', options, async () => {
  const person = await arrive(stage, await stage.newAccount(), `?node=${encodeURIComponent(stage.node)}`);
  const dao = await newGroup(stage, await stage.newAccount(), []);
  await person.page.goto(`${stage.base}?node=${encodeURIComponent(`${stage.node}/?key=secret`)}&view=group&dao=${dao}`);
  const link = await person.page.getByText(`dao=${dao}`).innerText();
  assert.ok(!link.includes('node') && !link.includes('secret'), link);
  await person.close();
});

test('a group enters another lot, by anybody', options, async () => {
  const [first, second] = [await list(stage, await stage.newAccount(), 2n, parseEther('1'), (await stage.now()) + 3n * DAY), await list(stage, await stage.newAccount(), 3n, parseEther('1'), (await stage.now()) + 3n * DAY)];
  const dao = await newGroup(stage, await stage.newAccount(), [first]);
  const person = await arrive(stage, await stage.newAccount(), `?view=group&dao=${dao}`);
  await person.page.getByRole('link', { name: `Lot ${first}`, exact: true }).waitFor();
  assert.deepEqual(await faults(person), []);
  await look(person, 'group');
  assert.match(await act(person, `Enter lot ${second}`), /binds nobody to bid/);
  await person.page.getByRole('link', { name: `Lot ${second}`, exact: true }).waitFor();
  const book = await stage.client.readContract({ address: dao, abi: DAO.abi, functionName: 'bookOf', args: [second] });
  assert.ok(book.endOfBidding > 0);
  assert.deepEqual(person.flaws, []);
  await person.close();
});

/** Four members, of whom three are served at 0.02 ETH each; the lot is settled. */
async function won(): Promise<{ dao: Address; lot: bigint; members: PrivateKeyAccount[] }> {
  await stage.startAnew();
  const lot = await list(stage, await stage.newAccount(), 1n, parseEther('0.06'), (await stage.now()) + DAY);
  const dao = await newGroup(stage, await stage.newAccount(), [lot]);
  const members = [await stage.newAccount(), await stage.newAccount(), await stage.newAccount(), await stage.newAccount()];
  const bids = ['0.05', '0.04', '0.03', '0.001'].map((ether) => parseEther(ether));
  const seals = [];
  for (const [i, member] of members.entries()) seals.push(await seal(stage, member, dao, lot, bids[i] ?? 0n, parseEther('0.1'), false));
  await stage.advanceTo((await stage.now()) + DAY);
  for (const { reveal } of seals) await reveal();
  await stage.advanceTo((await stage.now()) + DAY);
  const order = [...members].reverse().map(({ address }) => address);
  const [anybody] = members as [PrivateKeyAccount];
  await stage.send(anybody, dao, DAO.abi as Abi, 'tally', [lot, order]);
  const bids8 = `0x${[...bids].reverse().map((bid) => (bid / 10n ** 9n).toString(16).padStart(16, '0')).join('')}`;
  await stage.send(anybody, dao, DAO.abi as Abi, 'settle', [lot, 0n, 0n, bids8]);
  return { dao, lot, members };
}

test('what a group won is voted on, sold again, and each takes its part', options, async () => {
  const { dao, lot, members } = await won();
  const people: Person[] = [];
  for (const member of members) people.push(await arrive(stage, member, `?view=estate&dao=${dao}&lot=${lot}`, people.length === 1 ? { colorScheme: 'dark' } : {}));
  const [ann, bob, cid, dan] = people as [Person, Person, Person, Person];
  await ann.page.getByText('You have access').waitFor();
  await ann.page.getByText('3 members paid 0.02 ETH each').waitFor();
  await dan.page.getByText('You are not among those who paid').waitFor();
  assert.ok(!(await dan.page.getByRole('button', { name: 'Vote' }).isVisible()));
  await dan.page.getByRole('button', { name: 'Open the estate' }).click();
  await dan.page.getByRole('button', { name: 'Sign and send' }).waitFor();
  assert.deepEqual(await faults(dan), []);
  await dan.page.getByRole('button', { name: 'Not now' }).click();
  await dan.page.waitForFunction(() => document.activeElement?.className === 'action');
  await act(dan, 'Open the estate');
  for (const [person, price] of [[ann, '0.09'], [bob, '0.09']] as const) {
    await person.page.getByLabel('Sell for at least').fill(price);
    assert.match(await act(person, 'Vote'), /0\.09 ETH or more/);
    await person.page.getByText(`Your vote now: ${price} ETH`).waitFor();
  }
  await cid.page.getByRole('cell', { name: '0.09 ETH' }).waitFor();
  assert.deepEqual([...(await faults(cid)), ...(await faults(bob))], []);
  await look(cid, 'estate-votes');
  await look(bob, 'estate-votes-dark');
  assert.match(await act(dan, 'List the item at 0.09 ETH'), /access ends for everybody/);
  const estate = await estateOf(dao, lot);
  const resale = await stage.client.readContract({ address: estate, abi: estateAbi, functionName: 'resaleLot' });
  await ann.page.getByText(`as lot ${resale}`).waitFor();
  assert.ok(!(await ann.page.getByRole('button', { name: /^List the item/ }).isVisible()), 'listed already');

  const buyer = await stage.newAccount();
  const { reveal } = await sealAlone(stage, buyer, resale, parseEther('0.2'), parseEther('0.2'));
  await stage.advanceTo((await stage.now()) + 7n * DAY);
  await reveal();
  await stage.advanceTo((await stage.now()) + 2n * DAY);
  await stage.send(buyer, stage.deployment.auctioneer, auctioneerAbi as Abi, 'settle', [resale]);

  await ann.page.getByText('access has ended').waitFor();
  assert.deepEqual(await faults(ann), []);
  await look(ann, 'estate-parts');
  const before = await stage.client.getBalance({ address: ann.account.address });
  await act(ann, 'Take my part');
  await ann.page.getByText('You have had your part, 0.03 ETH').waitFor();
  const gained = (await stage.client.getBalance({ address: ann.account.address })) - before;
  assert.ok(gained > parseEther('0.029') && gained < parseEther('0.03'), String(gained));
  await cid.page.getByText('Have it sent to another account').click();
  const friend = (await stage.newAccount()).address;
  const had = await stage.client.getBalance({ address: friend });
  await cid.page.getByLabel('Account').fill(friend);
  await act(cid, 'Send my part there');
  assert.equal((await stage.client.getBalance({ address: friend })) - had, parseEther('0.03'));
  await dan.page.getByText('1 owner has not had their part').waitFor();
  await act(dan, 'Send 1 part');
  await bob.page.getByText('You have had your part').waitFor();
  assert.equal(await stage.client.getBalance({ address: estate }), 0n);
  assert.deepEqual(people.flatMap(({ flaws }) => flaws), []);
  await Promise.all(people.map((person) => person.close()));
});

test('half of the votes sell nothing, a vote can be taken back, and an unsold item comes back to its owners', options, async () => {
  const { dao, lot, members } = await won();
  const [ann, bob] = members as [PrivateKeyAccount, PrivateKeyAccount];
  await stage.send(ann, dao, DAO.abi as Abi, 'deployEstate', [lot]);
  const estate = await estateOf(dao, lot);
  await stage.send(ann, estate, estateAbi as Abi, 'vote', [90n]);
  const person = await arrive(stage, bob, `?view=estate&dao=${dao}&lot=${lot}`);
  const { page } = person;
  await page.getByText('1 more needed').waitFor();
  assert.ok(!(await page.getByRole('button', { name: /^List the item/ }).isVisible()));
  await page.getByLabel('Sell for at least').fill('0.00000009');
  await act(person, 'Vote');
  await page.getByRole('button', { name: 'List the item at 0.00000009 ETH' }).waitFor();
  await act(person, 'Take my vote back');
  await page.getByText('Your vote now: none').waitFor();
  await page.getByRole('button', { name: /^List the item/ }).waitFor({ state: 'detached' });
  await stage.send(bob, estate, estateAbi as Abi, 'vote', [90n]);
  await page.getByRole('button', { name: 'List the item at 0.00000009 ETH' }).waitFor();
  await act(person, 'List the item at 0.00000009 ETH');
  await page.getByText('for sale again').waitFor();
  await stage.advanceTo((await stage.now()) + 10n * DAY);
  await act(person, 'Send the item back to its owners');
  await page.getByRole('button', { name: 'List the item at 0.00000009 ETH' }).waitFor();
  await page.getByText('You have access').waitFor();
  assert.deepEqual(person.flaws, []);
  await person.close();
});

test('a contract that only looks like a group is shown as none, and nothing can be signed at it', options, async () => {
  await stage.startAnew();
  const lot = await list(stage, await stage.newAccount(), 1n, parseEther('1'), (await stage.now()) + DAY);
  // genuine code, made by hand: whoever made it could have given it any storage
  const forged = await stage.deploy(DAO.abi as Abi, DAO.bytecode, [stage.deployment.auctioneer, false, 1n, zeroAddress]);
  // made by the factory, for an auctioneer that may keep the money
  const elsewhere = await newGroup(stage, await stage.newAccount(), [], false, (await stage.newAccount()).address);
  for (const dao of [forged, elsewhere, (await stage.newAccount()).address]) {
    for (const view of ['group', 'estate']) {
      const person = await arrive(stage, await stage.newAccount(), `?view=${view}&dao=${dao}&lot=${lot}`);
      await person.page.getByText('This is no group of this page’s factory').waitFor();
      assert.equal(await person.page.locator('main button').count(), 0);
      assert.ok(!person.asked.includes('eth_sendTransaction'));
      await person.close();
    }
  }
});

test('a node that vouches for such a contract is not believed: the wallet’s own node is asked before anything is signed', options, async () => {
  const forged = await stage.deploy(DAO.abi as Abi, DAO.bytecode, [stage.deployment.auctioneer, false, 1n, zeroAddress]);
  const asked = encodeFunctionData({ abi: factoryAbi, functionName: 'isDAO', args: [forged] });
  const url = await lying((data) => (data === asked ? `0x${'1'.padStart(64, '0')}` : null));
  const person = await arrive(stage, await stage.newAccount(), `?node=${encodeURIComponent(url)}&view=group&dao=${forged}`);
  await person.page.getByRole('button', { name: 'Enter lot 1' }).click();
  await person.page.getByText('Nothing was sent.').waitFor();
  await person.page.getByText('The factory did not make this DAO').waitFor();
  assert.ok(!person.asked.includes('eth_sendTransaction'));
  await person.close();
});

test('a node that names another address for a group to be made has nothing signed', options, async () => {
  const elsewhereAt = (await stage.newAccount()).address;
  const selector = toFunctionSelector('predict(address,address,bool,uint64,bytes32)');
  const url = await lying((data) => (data?.startsWith(selector) ? pad(elsewhereAt) : null));
  const person = await arrive(stage, await stage.newAccount(), `?node=${encodeURIComponent(url)}&view=new-group`);
  const { page } = person;
  await page.getByText(elsewhereAt).waitFor();
  await page.getByRole('button', { name: 'Make the group' }).click();
  await page.getByText('do not agree on where the group will be').waitFor();
  assert.ok(!person.asked.includes('eth_sendTransaction'));
  await person.close();
});

/** A node that passes all questions on, but for calls of which it knows a better answer. */
function lying(answer: (data: Hex | undefined) => Hex | null): Promise<string> {
  return elsewhere(null, (method, params) => {
    const lie = method === 'eth_call' ? answer((params[0] as { data?: Hex }).data) : null;
    return lie ?? stage.client.request({ method, params } as never);
  });
}
