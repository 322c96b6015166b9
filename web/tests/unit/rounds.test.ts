// Signatures from servers that nobody trusts: dead, late, lying, talking of something else, and at last an honest one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { fetchSignature, QUICKNET_SOURCES, RoundError, sourcesOf } from '../../src/chain/rounds.ts';
import { type Beacon, chainHash } from '../../src/seals/beacon.ts';

const { networks } = JSON.parse(readFileSync('../tests/locks/vectors.json', 'utf8')) as {
  networks: { info: Record<string, string> & { metadata: { beaconID: string } }; round: { round: number; signature: string } }[];
};
const [quicknet, local] = networks as [(typeof networks)[0], (typeof networks)[0]];
const beaconOf = ({ info }: (typeof networks)[0]): Beacon => ({
  publicKey: `0x${info['public_key']}`,
  genesis: BigInt(info['genesis_time'] ?? 0),
  period: BigInt(info['period'] ?? 0),
  groupHash: `0x${info['groupHash']}`,
  id: info.metadata.beaconID,
});
const beacon = beaconOf(quicknet);
const ROUND = BigInt(quicknet.round.round);
const HASH = chainHash(beacon).slice(2);

/** By its first folder: what a server answers to the path of a round, with the status. */
const ANSWERS: Record<string, [number, string]> = {
  late: [425, 'Too Early'],
  broken: [500, 'oh'],
  chatter: [200, '<html>'],
  other: [200, JSON.stringify({ ...quicknet.round, round: quicknet.round.round + 1 })],
  forged: [200, JSON.stringify({ round: quicknet.round.round, signature: local.round.signature })],
  long: [200, JSON.stringify({ ...quicknet.round, more: 'x'.repeat(20_000) })],
  good: [200, JSON.stringify(quicknet.round)],
};

test('each source is asked in turn, none is believed, and what each answered is told', async (context) => {
  const server = createServer((request, answer) => {
    const [, name = '', hash, kind, round] = (request.url ?? '').split('/');
    if (name === 'elsewhere') return answer.writeHead(302, { location: '/good' }).end();
    if (name === 'talker') {
      const talk = () => answer.writableEnded || answer.destroyed || (answer.write(' '.repeat(8_192)), setTimeout(talk, 1));
      return talk();
    }
    const [status, text] = hash === HASH && kind === 'public' && round === String(ROUND) ? (ANSWERS[name] ?? [404, '']) : [404, ''];
    return answer.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bad = ['late', 'broken', 'chatter', 'other', 'forged', 'long', 'talker', 'elsewhere'].map((name) => `${base}/${name}`);
  const refused = await fetchSignature(beacon, ROUND, bad).then(
    () => assert.fail('believed'),
    (error: unknown) => error as RoundError,
  );
  assert.equal(refused.troubles.length, bad.length);
  for (const [i, said] of [/yet/, /500/, /no round/, /another round/, /not the beacon/, /no round/, /no round/, /no answer/].entries()) assert.match(refused.troubles[i] ?? '', said);
  const found = await fetchSignature(beacon, ROUND, [...bad, `${base}/good/`, `${base}/good/${HASH}`]);
  assert.equal(found.toHex(true), quicknet.round.signature);
});

test('where nothing is named: quicknet’s own servers for quicknet, none for another beacon', async () => {
  assert.deepEqual(sourcesOf(beacon), QUICKNET_SOURCES);
  assert.deepEqual(sourcesOf(beaconOf(local)), []);
  await assert.rejects(fetchSignature(beacon, ROUND, []), /enter one/);
});
