// The bids on a lot, group by group: how many, how much lies under them, what came of them.

import { useSession } from '../app/context.ts';
import type { Book, Ledger } from '../lots/ledger.ts';
import { Phase } from '../lots/phases.ts';
import { eth } from './money.ts';
import { Account, Facts, Go, Short } from './pieces.tsx';

export function Books({ lot, phase }: { lot: Ledger; phase: number }) {
  const { deployment } = useSession();
  const books = [lot.individuals, ...lot.daos.map((dao) => lot.book(dao)).filter((book): book is Book => book !== undefined)];
  const shown = books.filter((book) => book.ofDAO || book.boxes.size > 0);
  if (shown.length === 0) return <p>No group has entered yet, and nobody bids alone.</p>;
  const winner = lot.settled?.winner ?? null;
  return (
    <>
      <ul class="lots">
        {shown.map((book) => (
          <li key={book.contract}>
            <h3>{book.ofDAO ? <Go to={{ dao: book.contract, lot: lot.number }}>Group <Short address={book.contract} /></Go> : 'Who bids alone'}</h3>
            <Facts rows={[['Bids', openness(book)], ['Deposits', eth(sumOf(book))], ['Willing to pay', book.ofDAO ? willing(lot, book, phase) : null]]} />
          </li>
        ))}
      </ul>
      {winner !== null && <p>Sold to <Account address={winner} chainId={deployment.chainId} /> at {eth(lot.settled?.price ?? 0n)}.</p>}
    </>
  );
}

/** What a group bids: known once its members' bids are counted, as long as they can be. */
function willing(lot: Ledger, book: Book, phase: number): string {
  const bid = lot.groupBids.find(({ dao }) => dao.toLowerCase() === book.contract.toLowerCase())?.bid;
  if (bid !== undefined) return eth(bid);
  return phase < Phase.Closed ? 'known once its bids are counted' : 'nobody had its bids counted in time, so it did not bid';
}

function sumOf(book: Book): bigint {
  return [...book.boxes.values()].reduce((sum, { deposit }) => sum + deposit, 0n);
}

function openness(book: Book): string {
  const [all, open] = [book.boxes.size, book.ascending().length];
  if (all === 0) return 'none';
  return `${all.toLocaleString('en')}, ${open === 0 ? 'sealed' : open === all ? 'open' : `${open.toLocaleString('en')} of them open`}`;
}
