// Who wants to harm a member through the page: by a link, by a token, by contracts that are not what they seem.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import * as Auctioneer from 'consort-contracts/Auctioneer';
import * as DAO from 'consort-contracts/DAO';
import { type Abi, type AbiFunction, type Hex, encodeAbiParameters, keccak256, numberToHex, parseEther, toFunctionSelector } from 'viem';

import { type Saved, save, type } from './bidding.ts';
import { list, newGroup } from './lives.ts';
import { act, arrive, faults, look, type Person } from './people.ts';
import { browserPath, openStage, type Stage } from './stage.ts';
import { answering, closeAll, elsewhere } from './strangers.ts';

const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const DAY = 86_400n;
let stage: Stage;
before(async () => {
  if (path !== null) stage = await openStage(path);
});
after(async () => {
  closeAll();
  await stage?.close();
});

let nextItem = 5_000n;
const member = async (search: string, extra: Parameters<typeof arrive>[3] = {}) => arrive(stage, await stage.newAccount(), search, extra);

async function scene() {
  await stage.startAnew();
  const seller = await stage.newAccount();
  const lot = await list(stage, seller, nextItem++, parseEther('0.01'), (await stage.now()) + DAY);
  const dao = await newGroup(stage, seller, [lot]);
  return { seller, lot, dao };
}

/** Somebody types a bid, saves the receipt and presses the button: what is told, and whether the wallet was asked. */
async function tries(person: Person): Promise<{ told: string; wasAsked: boolean; saved: Saved }> {
  await type(person, '0.06', '0.1');
  const saved = await save(person);
  await person.page.getByRole('button', { name: '2. Seal bid' }).click();
  const told = person.page.locator('.question, .note.error').last();
  await told.waitFor();
  return { told: await told.innerText(), wasAsked: person.asked.includes('eth_sendTransaction'), saved };
}

test('a group that the factory did not make is refused before anything is signed', options, async () => {
  const { lot, dao } = await scene();
  // the same code and the same book as the real one, at another address: nothing that it answers gives it away
  const forged = (await stage.newAccount()).address;
  await stage.client.setCode({ address: forged, bytecode: (await stage.client.getCode({ address: dao })) ?? '0x' });
  const book = keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [lot, 0n]));
  await stage.client.setStorageAt({ address: forged, index: book, value: (await stage.client.getStorageAt({ address: dao, slot: book })) ?? '0x' });
  const ann = await member(`?dao=${forged}&lot=${lot}`);
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /The factory did not make this DAO: whoever did may keep what is sent there/);
  assert.ok(!wasAsked);
  assert.deepEqual(await faults(ann), []);
  await ann.close();
});

test('a group made for another auctioneer is refused: that one could keep the money', options, async () => {
  const { lot, seller } = await scene();
  const { factory } = stage.deployment;
  const other = await stage.deploy(Auctioneer.abi as Abi, Auctioneer.bytecode, [factory, `0x${'11'.repeat(32)}`]);
  const strange = { ...stage, deployment: { ...stage.deployment, auctioneer: other } } as Stage;
  const there = await list(strange, seller, nextItem++, parseEther('0.01'), (await stage.now()) + DAY);
  assert.equal(there, lot);
  const dao = await newGroup(strange, seller, [there]);
  const ann = await member(`?dao=${dao}&lot=${there}`);
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /The DAO bids at another auctioneer, which may keep the money/);
  assert.ok(!wasAsked);
  assert.deepEqual(await faults(ann), []);
  await ann.close();
});

test('a link that brings a deployment file with contracts of its own gets no money', options, async () => {
  const { lot, dao } = await scene();
  const { auctioneer } = stage.deployment;
  // code that answers as the real one does, but is not it: one byte of its metadata differs
  const code = (await stage.client.getCode({ address: auctioneer })) as Hex;
  const lookalike = `${code.slice(0, -2)}${code.endsWith('00') ? '01' : '00'}` as Hex;
  await stage.client.setCode({ address: auctioneer, bytecode: lookalike });
  const url = await elsewhere(stage.deployment);
  const ann = await member(`?deployment=${encodeURIComponent(url)}&dao=${dao}&lot=${lot}`);
  await ann.page.getByText('This link brought a deployment file from elsewhere').waitFor();
  assert.deepEqual(await faults(ann), []);
  await look(ann, 'hostile-link-390-light');
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /The auctioneer has other code than this page was built with/);
  assert.match(told, /Nothing was sent/);
  assert.ok(!wasAsked);
  await ann.close();
  // the file beside the page may be of a newer version: told, and left to the reader
  const bob = await member(`?dao=${dao}&lot=${lot}`, { colorScheme: 'dark' });
  const found = await tries(bob);
  assert.match(found.told, /Mind: The auctioneer has other code/);
  await look(bob, 'question-390-dark');
  await bob.close();
});

test('a node in the link that lies about a group is not believed when it comes to signing', options, async () => {
  const { lot, dao } = await scene();
  // the real chain has no such group any more; the liar still shows it
  const truth = stage.client;
  const remembered = new Map<string, unknown>();
  const liar = await elsewhere(null, async (method, params) => {
    const key = JSON.stringify([method, params]);
    if (method === 'eth_call' && remembered.has(key)) return remembered.get(key);
    const result = await truth.request({ method, params } as never);
    remembered.set(key, result);
    return result;
  });
  const ann = await member(`?node=${encodeURIComponent(liar)}&dao=${dao}&lot=${lot}`);
  await ann.page.getByLabel('Bid, ETH').waitFor();
  await stage.client.setCode({ address: dao, bytecode: '0x' });
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /There is no contract where the group should be: ether sent there would be lost/);
  assert.ok(!wasAsked);
  await ann.close();
});

test('a node in the link that lies about when bidding ends does not have the bid locked to an earlier time', options, async () => {
  const { lot, dao } = await scene();
  const [endOfBidding] = [(await stage.client.readContract({ address: stage.deployment.auctioneer, abi: Auctioneer.abi, functionName: 'bookOf', args: [lot] })).endOfBidding];
  const [truth, lie] = [endOfBidding, endOfBidding - 3_600].map((time) => numberToHex(time, { size: 32 }).slice(2)) as [string, string];
  const liar = await elsewhere(null, async (method, params) => {
    const result = await stage.client.request({ method, params } as never);
    return method === 'eth_call' ? (result as string).replaceAll(truth, lie) : result;
  });
  const ann = await member(`?node=${encodeURIComponent(liar)}&dao=${dao}&lot=${lot}`);
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /bidding ends at another time/);
  assert.ok(!wasAsked);
  await ann.close();
});

test('a node in the link that makes up a deposit, or hides the smallest bid, does not have a bid sealed that can never be opened', options, async () => {
  const { lot, seller } = await scene();
  const dao = await newGroup(stage, seller, [lot], false, undefined, 70_000_000n);
  const selector = (name: string) => toFunctionSelector(DAO.abi.find((one) => one.type === 'function' && one.name === name) as AbiFunction);
  const lies: Record<string, Hex> = {};
  const liar = await elsewhere(null, async (method, params) => {
    const { data } = (params[0] ?? {}) as { data?: Hex };
    const lie = method === 'eth_call' ? lies[data?.slice(0, 10) ?? ''] : undefined;
    return lie ?? (await stage.client.request({ method, params } as never));
  });
  lies[selector('minimumBid')] = numberToHex(1n, { size: 32 });
  const ann = await member(`?node=${encodeURIComponent(liar)}&dao=${dao}&lot=${lot}`);
  await ann.page.getByText('This link names the node that is read from').waitFor();
  const low = await tries(ann);
  assert.match(low.told, /takes no bid below 0\.07 ETH/);
  // 0.05 ETH of hers that are not there
  lies[selector('bidOf')] = encodeAbiParameters([{ type: 'bytes24' }, { type: 'uint64' }, { type: 'uint64' }], [`0x${'11'.repeat(24)}`, 0n, 50_000_000n]);
  lies[selector('minimumBid')] = numberToHex(70_000_000n, { size: 32 });
  await ann.page.reload();
  await ann.page.getByRole('button', { name: 'Change the bid' }).click();
  await type(ann, '0.07', '0.1');
  await save(ann);
  await ann.page.getByRole('button', { name: '2. Replace bid' }).click();
  await ann.page.getByText('By your wallet’s node 0 ETH lie under your bid, by this page 0.05 ETH').waitFor();
  assert.ok(!ann.asked.includes('eth_sendTransaction'));
  assert.deepEqual(await faults(ann), []);
  await look(ann, 'lying-node-390-light');
  await ann.close();
});

test('a link to a group that was cut on its way offers no bid for oneself', options, async () => {
  const { lot, dao } = await scene();
  const ann = await member(`?dao=${dao.slice(0, -1)}&lot=${lot}`);
  await ann.page.getByText('The link names a group by what is no address').waitFor();
  assert.equal(await ann.page.getByLabel('Bid, ETH').count(), 0);
  assert.deepEqual(await faults(ann), []);
  // and one that names the group alone shows the group
  await ann.page.goto(`${stage.base}?dao=${dao}`);
  await ann.page.getByRole('heading', { name: 'A group', exact: true }).waitFor();
  await ann.close();
});

test('addresses without code get no money', options, async () => {
  const { lot, dao } = await scene();
  const ann = await member(`?dao=${dao}&lot=${lot}`);
  await ann.page.getByLabel('Bid, ETH').waitFor();
  await stage.client.setCode({ address: stage.deployment.factory, bytecode: '0x' });
  const { told, wasAsked } = await tries(ann);
  assert.match(told, /There is no contract where the factory should be: ether sent there would be lost/);
  assert.ok(!wasAsked);
  await ann.close();
});

const SCRIPT = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1">';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><script>window.pwned=1</script><foreignObject>${SCRIPT}</foreignObject></svg>`;
const HOSTILE_URIS = {
  'a script in an SVG': `data:application/json;base64,${btoa(JSON.stringify({ name: SCRIPT, description: SCRIPT, image: `data:image/svg+xml;base64,${btoa(SVG)}` }))}`,
  'a page as a picture': `data:application/json,${encodeURIComponent(JSON.stringify({ name: 'x', image: `data:text/html,${SCRIPT}` }))}`,
  'a script as an address': `data:application/json,${encodeURIComponent(JSON.stringify({ name: 'x', image: 'javascript:window.pwned=1' }))}`,
  'markup instead of an address': SCRIPT,
  'a name without end': `data:application/json,${encodeURIComponent(JSON.stringify({ name: 'x'.repeat(4_000), description: 'wide'.repeat(1_000) }))}`,
  'a picture that is none': `data:application/json,${encodeURIComponent(JSON.stringify({ name: 'x', image: 'data:image/png;base64,AAAA' }))}`,
};

for (const [name, uri] of Object.entries(HOSTILE_URIS)) {
  test(`a token that answers with ${name} harms nobody`, options, async () => {
    const { lot, dao } = await scene();
    await stage.client.setCode({ address: stage.item, bytecode: answering(encodeAbiParameters([{ type: 'string' }], [uri])) });
    const ann = await member(`?dao=${dao}&lot=${lot}`);
    await ann.page.getByText('Item', { exact: true }).first().waitFor();
    await ann.page.getByLabel('Bid, ETH').waitFor();
    await ann.page.waitForLoadState('networkidle');
    if (name === 'a picture that is none') await ann.page.getByText('The picture cannot be shown.').waitFor();
    assert.equal(await ann.page.evaluate(() => (window as { pwned?: number }).pwned), undefined);
    assert.equal(await ann.page.locator('img[src^="javascript"], img[src^="data:text"], iframe, object').count(), 0);
    assert.deepEqual(await faults(ann), []);
    await look(ann, `token-${Object.keys(HOSTILE_URIS).indexOf(name)}`);
    await ann.close();
  });
}

test('no host learns who looks at an item before the reader agrees', options, async () => {
  const { lot, dao } = await scene();
  const uri = 'https://pictures.example/1.json';
  await stage.client.setCode({ address: stage.item, bytecode: answering(encodeAbiParameters([{ type: 'string' }], [uri])) });
  const asked: string[] = [];
  const ann = await member(`?dao=${dao}&lot=${lot}`);
  await ann.page.context().route(/^https:/, async (route) => {
    asked.push(route.request().url());
    const image = route.request().url().endsWith('.png');
    const headers = { 'access-control-allow-origin': '*' };
    await route.fulfill(
      image
        ? { headers, contentType: 'image/png', body: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }
        : { headers, json: { name: 'A thing', image: 'ipfs://bafy/1.png' } },
    );
  });
  await ann.page.getByRole('button', { name: 'Show pictures' }).waitFor();
  await ann.page.getByText('Loads from pictures.example').waitFor();
  assert.deepEqual(asked, []);
  await ann.page.getByRole('button', { name: 'Show pictures' }).click();
  await ann.page.getByAltText('Picture of A thing').waitFor();
  await ann.page.waitForLoadState('networkidle');
  assert.deepEqual(asked, [uri, 'https://ipfs.io/ipfs/bafy/1.png']);
  assert.deepEqual(await faults(ann), []);
  await ann.close();
});

test('a receipt stays on the device: nothing but the file has it, and no request carries its salt', options, async () => {
  const { lot, dao } = await scene();
  const ann = await member(`?dao=${dao}&lot=${lot}`);
  const sent: string[] = [];
  ann.page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await type(ann, '0.06', '0.1');
  const { receipt } = await save(ann);
  await act(ann, '2. Seal bid');
  await ann.page.getByText('by the receipt on this device').waitFor();
  const secrets = [receipt.salt.slice(2), receipt.salt.slice(2, 50)];
  assert.ok(sent.length > 0);
  assert.deepEqual(sent.filter((line) => secrets.some((secret) => line.toLowerCase().includes(secret))), []);
  assert.ok(!(await ann.page.content()).includes(receipt.salt.slice(2)));
  await ann.close();
});

test('the page runs no script but its own, and cannot be given one', options, async () => {
  const { lot } = await scene();
  const ann = await member(`?lot=${lot}&view=${encodeURIComponent(SCRIPT)}`);
  const ran = await ann.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.pwned = 1';
    document.body.append(script);
    await new Promise((done) => setTimeout(done, 50));
    return (window as { pwned?: number }).pwned;
  });
  assert.equal(ran, undefined);
  await ann.close();
});
