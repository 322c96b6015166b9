// The bids on a lot, group by group: how many, how much lies under them, what came of them.

import type { Address } from 'viem';

import { useSession } from '../app/context.ts';
import type { Book, Ledger } from '../lots/ledger.ts';
import { eth } from './money.ts';
import { Account, Go, Table } from './pieces.tsx';

export function Books({ lot }: { lot: Ledger }) {
  const { deployment } = useSession();
  const books = [lot.individuals, ...lot.daos.map((dao) => lot.book(dao)).filter((book): book is Book => book !== undefined)];
  const rows = books
    .filter((book) => book.ofDAO || book.boxes.size > 0)
    .map((book) => [
      book.ofDAO ? <Go to={{ dao: book.contract, lot: lot.number }}><Short address={book.contract} /></Go> : 'individuals',
      String(book.boxes.size),
      eth(sumOf(book)),
      openness(book),
      <Willing lot={lot} book={book} />,
    ]);
  if (rows.length === 0) return <p>No group has entered yet, and nobody bids alone.</p>;
  const winner = lot.settled?.winner ?? null;
  return (
    <>
      <Table caption="Bids on this lot" head={['Who', 'Bids', 'Deposits', 'Open', 'Willing to pay']} rows={rows} />
      {winner !== null && <p>Sold to <Account address={winner} chainId={deployment.chainId} /> at {eth(lot.settled?.price ?? 0n)}.</p>}
    </>
  );
}

/** What a group bids: known once its members' bids are counted. */
function Willing({ lot, book }: { lot: Ledger; book: Book }) {
  if (!book.ofDAO) return <span class="quiet">each its own bid</span>;
  const bid = lot.groupBids.find(({ dao }) => dao.toLowerCase() === book.contract.toLowerCase())?.bid;
  return bid === undefined ? <span class="quiet">not counted</span> : <>{eth(bid)}</>;
}

function Short({ address }: { address: Address }) {
  return <code title={address}>{address.slice(0, 8)}…{address.slice(-4)}</code>;
}

function sumOf(book: Book): bigint {
  return [...book.boxes.values()].reduce((sum, { deposit }) => sum + deposit, 0n);
}

function openness(book: Book): string {
  const [all, open] = [book.boxes.size, book.ascending().length];
  return all === 0 ? '–' : open === 0 ? 'none' : open === all ? 'all' : `${open} of ${all}`;
}
