// The page's address: ?deployment=FILE &node=URL &view=NAME &dao=ADDRESS &lot=NUMBER

import { type Address, getAddress, isAddress } from 'viem';
import { useEffect, useState } from 'preact/hooks';

/** Which view of what. What a link does not say, or says wrongly, is null. */
export interface Route {
  view: string | null;
  dao: Address | null;
  lot: bigint | null;
}

const MOST_LOT = 2n ** 32n - 1n;
const MOVED = 'consort:moved';

export function routeOf(search: string): Route {
  const fields = new URLSearchParams(search);
  const dao = fields.get('dao') ?? '';
  const lot = fields.get('lot') ?? '';
  return {
    view: fields.get('view'),
    dao: isAddress(dao) ? getAddress(dao) : null,
    lot: isLot(lot) ? BigInt(lot) : null,
  };
}

/** What is wrong with a link, as one that was cut or typed; null if nothing is. A lot without its group would be bid on for oneself. */
export function flawOf(search: string): string | null {
  const fields = new URLSearchParams(search);
  const [dao, lot] = [fields.get('dao'), fields.get('lot')];
  if (dao !== null && !isAddress(dao)) return 'The link names a group by what is no address, or one with a typing error.';
  if (lot !== null && !isLot(lot)) return 'The link names a lot by what is no number of one.';
  return null;
}

function isLot(text: string): boolean {
  return /^[1-9][0-9]{0,9}$/.test(text) && BigInt(text) <= MOST_LOT;
}

/** The address of another view, on the same deployment by the same node. */
export function hrefOf(route: Partial<Route>, search: string): string {
  const before = new URLSearchParams(search);
  const after = new URLSearchParams();
  for (const kept of ['deployment', 'node']) if (before.has(kept)) after.set(kept, before.get(kept) ?? '');
  for (const [name, value] of Object.entries(route)) if (value !== null) after.set(name, String(value));
  return `?${after}`;
}

/** Goes to another view without loading the page again. */
export function go(route: Partial<Route>): void {
  history.pushState(null, '', hrefOf(route, location.search));
  window.dispatchEvent(new Event(MOVED));
}

/** The route, as it changes. */
export function useRoute(): Route {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const moved = () => setSearch(location.search);
    const events = ['popstate', MOVED] as const;
    events.forEach((event) => window.addEventListener(event, moved));
    return () => events.forEach((event) => window.removeEventListener(event, moved));
  }, []);
  return routeOf(search);
}
