// Anybody: opens locks with a beacon's signature, counts, settles, pays out, sends back; and the outcome by the rules.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { Phase } from 'consort-contracts/enums';
import { type Abi, type Address, type Hex, toEventSelector } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

import { bidOpenly, list, newGroup, seal } from './lives.ts';
import { act, arrive, faults, look, type Person } from './people.ts';
import { browserPath, openStage, type Stage } from './stage.ts';

const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const DAY = 86_400n;
const UNIT = 10n ** 9n;
let stage: Stage;
before(async () => {
  if (path !== null) stage = await openStage(path);
});
after(() => stage?.close());

/** A group or somebody alone, in the order in which they bid; bids in units. */
interface Group {
  name: string;
  bids: bigint[];
  isAlone: boolean;
  isOpen: boolean;
}

/** What is played, and what Python's reference says of it. */
interface Played {
  lot: bigint;
  daos: Map<string, Address>;
  members: Map<string, PrivateKeyAccount>;
}

/** Everybody bids, sealed with a lock where a group is not open; the chain then stands in the reveal phase, and locks can be opened. */
async function play(groups: readonly Group[], reserve: bigint): Promise<Played> {
  await stage.startAnew();
  const seller = await stage.newAccount();
  const lot = await list(stage, seller, 1n, reserve * UNIT, stage.soon);
  const daos = new Map<string, Address>();
  const members = new Map<string, PrivateKeyAccount>();
  for (const { name, bids, isAlone, isOpen } of groups) {
    const contract = isAlone ? stage.deployment.auctioneer : await newGroup(stage, await stage.newAccount(), [lot], isOpen);
    if (!isAlone) daos.set(name, contract);
    for (const [i, bid] of bids.entries()) {
      const bidder = await stage.newAccount();
      members.set(`${name}/${i}`, bidder);
      if (isOpen) await bidOpenly(stage, bidder, contract, lot, bid * UNIT);
      else await seal(stage, bidder, contract, lot, bid * UNIT, 2n * bid * UNIT);
    }
  }
  await stage.advanceTo(stage.soon + 180n);
  return { lot, daos, members };
}

/** Opens all locks that the page shows, of each book in turn. */
async function openLocks({ page, ...rest }: Person): Promise<void> {
  const person = { page, ...rest };
  const sections = page.getByRole('region', { name: /^Open the bids of/ });
  while ((await sections.count()) > 0) {
    const section = sections.first();
    const title = await section.getByRole('heading').innerText();
    await section.getByLabel('Where the beacon answers').fill(stage.beaconUrl);
    await section.getByRole('button', { name: 'Fetch the signature' }).click();
    await act(person, /^Send \d+ opening/);
    await page.getByRole('heading', { name: title }).waitFor({ state: 'detached' });
  }
}

/** What `consort solve` says of the same bids. */
function reference(groups: readonly Group[], reserve: bigint) {
  const instance = {
    mechanism: 'two-level',
    reserve: Number(reserve),
    groups: groups.map(({ name, bids }) => ({ name, members: bids.map((bid, i) => ({ name: `${name}/${i}`, bid: Number(bid) })) })),
  };
  const out = execFileSync('../.venv/bin/consort', ['solve', '-', '--on', 'reference'], { input: JSON.stringify(instance), encoding: 'utf8' });
  const [item] = (JSON.parse(out) as { items: { winner: string | null; price: number; share: number; served: string[]; group_bids: Record<string, number> }[] }).items;
  if (item === undefined) throw new Error(out);
  return item;
}

/** A random lot, from the seed that stands in the name of the test. */
function random(seed: number): { groups: Group[]; reserve: bigint } {
  let state = BigInt(seed);
  const below = (most: number) => {
    state = (state * 1_103_515_245n + 12_345n) % 2_147_483_648n;
    return Number(state % BigInt(most));
  };
  const alone = Array.from({ length: below(2) }, (_, i): Group => ({ name: `alone${i}`, bids: [BigInt(1 + below(40))], isAlone: true, isOpen: false }));
  const groups = Array.from({ length: 1 + below(2) }, (_, i): Group => ({
    name: `group${i}`,
    bids: Array.from({ length: 1 + below(4) }, () => BigInt(1 + below(20))),
    isAlone: false,
    isOpen: below(3) === 0,
  }));
  return { groups: [...alone, ...groups], reserve: BigInt(1 + below(30)) };
}

// one who bids alone wins; nobody reaches the reserve; a group of open bids against one of sealed ones
for (const seed of [8, 53, 3]) {
  test(`a lot from locks to refunds by the page alone comes out as Python's reference says (seed ${seed})`, options, async () => {
    const { groups, reserve } = random(seed);
    const { lot, daos, members } = await play(groups, reserve);
    const person = await arrive(stage, await stage.newAccount(), `?view=steps&lot=${lot}`);
    const { page } = person;
    await page.getByText('None of these steps needs a certain person').waitFor();
    assert.deepEqual(await faults(person), []);
    await look(person, `steps-open-${seed}`);
    await openLocks(person);
    await stage.advanceTo(stage.soon + DAY);
    for (const dao of daos.values()) {
      const short = `${dao.slice(0, 8)}…${dao.slice(-4)}`;
      const section = page.getByRole('region', { name: `Count the bids of group ${short}` });
      await section.getByRole('button', { name: 'Count' }).click();
      await section.getByRole('button', { name: 'Sign and send' }).click();
      await section.waitFor({ state: 'detached' });
      await page.getByText('The group has bid').first().waitFor();
    }
    const expected = reference(groups, reserve);
    if (expected.winner === null) {
      await stage.advanceTo(stage.soon + 2n * DAY);
      await act(person, 'Send the item back');
    } else {
      await look(person, `steps-settle-${seed}`);
      await act(person, 'Settle');
      await page.getByRole('heading', { name: 'Settle the lot' }).waitFor({ state: 'detached' });
    }
    const pay = page.getByRole('region', { name: /^Pay out what is left/ });
    await pay.first().waitFor();
    while ((await pay.count()) > 0) {
      const name = await pay.first().getByRole('heading').innerText();
      await pay.first().getByRole('button', { name: /^Pay out/ }).click();
      await pay.first().getByRole('button', { name: 'Sign and send' }).click();
      await page.getByRole('heading', { name }).waitFor({ state: 'detached' });
    }
    await page.getByText('Nothing is to be done now').waitFor();
    await page.getByRole('link', { name: 'See the outcome' }).click();
    await page.getByText('Everything so far is as the rules say').waitFor();
    assert.deepEqual(await faults(person), []);
    await look(person, `outcome-${seed}`);
    const text = await page.locator('main').innerText();
    const eth = (units: number) => `${(units / 1e9).toFixed(9).replace(/0+$/, '')} ETH`;
    const winner = expected.winner === null ? null : (daos.get(expected.winner) ?? members.get(`${expected.winner}/0`)?.address ?? null);
    for (const [name, bid] of Object.entries(expected.group_bids)) {
      const dao = daos.get(name);
      if (dao !== undefined) assert.match(text, new RegExp(`group\\s+${dao.slice(0, 8)}…${dao.slice(-6)} bids, as the most[^\\n]*${bid === 0 ? '0 ETH' : eth(bid)}`));
    }
    if (winner === null) {
      assert.match(text, /nobody wins/);
    } else {
      assert.match(text, new RegExp(`the winner is ${winner.slice(0, 8)}…${winner.slice(-6)}`));
      assert.match(text, new RegExp(`the price is ${eth(expected.price)}`));
      if (daos.has(expected.winner ?? '')) {
        assert.match(text, new RegExp(`each who is served pays ${eth(expected.share)}`));
        assert.match(text, new RegExp(`the number of those served is ${expected.served.length}\\b`));
      }
    }
    const [phase] = await stage.client.readContract({ address: stage.deployment.auctioneer, abi: auctioneerAbi, functionName: 'standing', args: [lot] });
    assert.equal(phase, winner === null ? Phase.Void : Phase.Settled);
    for (const [name, bidder] of members) {
      const group = groups.find((one) => name.startsWith(`${one.name}/`));
      if (group === undefined || group.isAlone) continue;
      const isServed = await stage.client.readContract({ address: daos.get(group.name) as Address, abi: daoAbi, functionName: 'isServed', args: [lot, bidder.address] });
      assert.equal(isServed, group.name === expected.winner && expected.served.includes(name), name);
    }
    assert.deepEqual(person.flaws, []);
    await person.close();
  });
}

test('a signature that is not the beacon’s is refused, and says from whom; a bid without a lock stays its bidder’s', options, async () => {
  await stage.startAnew();
  const lot = await list(stage, await stage.newAccount(), 1n, UNIT, stage.soon);
  const dao = await newGroup(stage, await stage.newAccount(), [lot]);
  const [ann, bob] = [await stage.newAccount(), await stage.newAccount()];
  await seal(stage, ann, dao, lot, 60n * UNIT, 60n * UNIT);
  await seal(stage, bob, dao, lot, 50n * UNIT, 50n * UNIT, false);
  await stage.advanceTo(stage.soon + 180n);
  const person = await arrive(stage, await stage.newAccount(), `?view=steps&lot=${lot}`);
  const { page } = person;
  const fetchIt = page.getByRole('button', { name: 'Fetch the signature' });
  await page.route('**/liar/**', (route) => route.fulfill({ json: { round: Number(route.request().url().split('/').pop()), signature: 'a'.repeat(96) } }));
  await page.getByLabel('Where the beacon answers').fill(`${stage.base}liar`);
  await fetchIt.click();
  await page.getByText('these bytes are no signature').waitFor();
  await page.getByLabel('Where the beacon answers').fill(`http://127.0.0.1:9 ${stage.beaconUrl}`);
  await fetchIt.click();
  await page.getByText('1 lock holds the bid that was sealed. 1 bid has no lock that opens').waitFor();
  await act(person, 'Send 1 opening');
  await page.getByText('1 bid is still sealed').waitFor();
  await page.getByText('None has a time lock').waitFor();
  await stage.advanceTo(stage.soon + DAY);
  await page.getByRole('button', { name: 'Count' }).waitFor();
  const money = await page.getByRole('region', { name: /^Pay out/ }).innerText();
  assert.match(money, /1 bidder has 0 ETH to get/, 'all of the silent bidder’s deposit is its bond');
  await person.close();
});

test('a node that keeps a bid back is found out: the outcome differs, line by line, in words', options, async () => {
  const { lot, daos, members } = await play([{ name: 'open', bids: [9n, 7n, 4n], isAlone: false, isOpen: true }], 5n);
  const dao = daos.get('open') as Address;
  const anybody = await stage.newAccount();
  await stage.advanceTo(stage.soon + DAY);
  const order = ['open/2', 'open/1', 'open/0'].map((name) => (members.get(name) as PrivateKeyAccount).address);
  await stage.send(anybody, dao, daoAbi as Abi, 'tally', [lot, order]);
  const person = await arrive(stage, anybody, '');
  const { page } = person;
  const placed = toEventSelector('BidPlaced(uint256)');
  const hidden = order[1]?.slice(2).toLowerCase() ?? '';
  await page.route(`${stage.node}/`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { result?: unknown };
    if (Array.isArray(body.result)) {
      body.result = (body.result as { topics?: Hex[]; data?: Hex }[]).filter(({ topics, data }) => topics?.[0] !== placed || !data?.includes(hidden));
    }
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto(`${stage.base}?view=outcome&lot=${lot}`);
  await page.getByText(/^It differs: 1 of \d+ comparisons differ/).waitFor();
  const line = await page.getByRole('listitem').filter({ hasText: 'differs:' }).innerText();
  assert.match(line, /0\.000000014 ETH\. By the rules it is 0\.000000009 ETH/);
  await look(person, 'outcome-differs');
  await person.close();
});
