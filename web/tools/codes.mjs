// What the code of each contract looks like on a chain, as a module: `import codes from 'consort-codes'`.

import { createRequire } from 'node:module';
import { keccak256 } from 'viem';

const require = createRequire(import.meta.url);
/** The contracts that a member's money depends on. DAOs are vouched for by their factory. */
export const CONTRACTS = ['Auctioneer', 'ApproximateAuction', 'DAOFactory', 'NounsAdapter', 'ZoraAdapter'];
/** PUSH32 of zero: where the constructor writes an immutable. The compiler pushes a plain zero otherwise. */
const PLACE = `7f${'00'.repeat(32)}`;

/** For esbuild. */
export const codes = {
  name: 'codes',
  setup(build) {
    build.onResolve({ filter: /^consort-codes$/ }, ({ path }) => ({ path, namespace: 'codes' }));
    build.onLoad({ filter: /.*/, namespace: 'codes' }, () => ({ contents: JSON.stringify(known()), loader: 'json' }));
  },
};

/** By contract the digest of its code without immutables, and at which byte each of those begins. */
export function known() {
  return Object.fromEntries(CONTRACTS.map((name) => [name, fingerprint(require(`consort-contracts/json/${name}.json`).deployedBytecode)]));
}

function fingerprint(code) {
  const places = [];
  for (let at = code.indexOf(PLACE); at >= 0; at = code.indexOf(PLACE, at + PLACE.length)) {
    if (at % 2 === 0) places.push((at - 2) / 2 + 1);
  }
  return { digest: keccak256(code), places };
}
