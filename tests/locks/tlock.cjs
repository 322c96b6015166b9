// tlock-js, drand's own, at work on JSON from standard input:
//   {"info": network, "encrypt": [{"round", "message"}]}   encrypted to rounds of the network
//   {"info", "round", "decrypt": [ciphertext]}             decrypted by a round as drand's API gives it
//   {"url": network's, "number": round, "decrypt": [...]}  by the round that a server gives
// Bytes are in hexadecimal; what was refused comes as null.
'use strict';
const { HttpCachingChain, HttpChainClient, defaultChainOptions } = require('drand-client');
const { createTimelockDecrypter } = require('tlock-js/drand/timelock-decrypter');
const { createTimelockEncrypter } = require('tlock-js/drand/timelock-encrypter');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
console.log = console.error; // the library tells each round that it gets

function clientOf({ info, round, url }) {
  if (url) return new HttpChainClient(new HttpCachingChain(url), { ...defaultChainOptions, noCache: true });
  const chain = { baseUrl: '', info: async () => info };
  return { options: defaultChainOptions, chain: () => chain, get: async () => round };
}

async function encrypt(client, { round, message }) {
  const [stanza] = await createTimelockEncrypter(client, round)(Buffer.from(message, 'hex'));
  return hex(stanza.body);
}

async function decrypt(client, round, ciphertext) {
  const { hash } = await client.chain().info();
  const stanza = { type: 'tlock', args: [String(round), hash], body: Buffer.from(ciphertext, 'hex') };
  try {
    return hex(await createTimelockDecrypter(client)([stanza]));
  } catch (error) {
    console.error(String(error));
    return null;
  }
}

async function main() {
  const request = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const client = clientOf(request);
  const round = request.round ? request.round.round : request.number;
  const found = [];
  for (const one of request.encrypt || []) found.push(await encrypt(client, one));
  for (const one of request.decrypt || []) found.push(await decrypt(client, round, one));
  process.stdout.write(JSON.stringify(found));
}

main();
