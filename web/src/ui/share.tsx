// A link that brings others to a group on a lot.

import type { Address } from 'viem';

import { hrefOf } from '../app/route.ts';
import { Copy } from './pieces.tsx';

/** The address of the page for somebody else. The node is left out, since its URL may hold the key of whoever shares. */
export function linkTo(route: { dao?: Address | null; lot?: bigint | null }, here: Location = location): string {
  const search = new URLSearchParams(here.search);
  search.delete('node');
  return new URL(hrefOf(route, `?${search}`), here.href).href;
}

export function Share({ dao, lot }: { dao: Address; lot: bigint | null }) {
  return (
    <>
      <p>
        Whoever opens this link sees the group{lot !== null && ` on lot ${lot}`} and can bid with it. Before anything is signed their page asks the factory
        whether it made the group, so that nobody has to believe the link.
      </p>
      <Copy text={linkTo({ dao, lot })} label="Copy link" />
    </>
  );
}
