// The bids on a lot, group by group: how many, how much lies under them, what came of them.

import { useSession } from '../app/context.ts';
import type { Book, Ledger } from '../lots/ledger.ts';
import { eth } from './money.ts';
import { Account, Facts, Go, Short } from './pieces.tsx';

export function Books({ lot }: { lot: Ledger }) {
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
            <Facts rows={[['Bids', openness(book)], ['Deposits', eth(sumOf(book))], ['Willing to pay', book.ofDAO ? willing(lot, book) : null]]} />
          </li>
        ))}
      </ul>
      {winner !== null && <p>Sold to <Account address={winner} chainId={deployment.chainId} /> at {eth(lot.settled?.price ?? 0n)}.</p>}
    </>
  );
}

/** What a group bids: known once its members' bids are counted. */
function willing(lot: Ledger, book: Book): string {
  const bid = lot.groupBids.find(({ dao }) => dao.toLowerCase() === book.contract.toLowerCase())?.bid;
  return bid === undefined ? 'known once its bids are counted' : eth(bid);
}

function sumOf(book: Book): bigint {
  return [...book.boxes.values()].reduce((sum, { deposit }) => sum + deposit, 0n);
}

function openness(book: Book): string {
  const [all, open] = [book.boxes.size, book.ascending().length];
  if (all === 0) return 'none';
  return `${all.toLocaleString('en')}, ${open === 0 ? 'sealed' : open === all ? 'open' : `${open.toLocaleString('en')} of them open`}`;
}
