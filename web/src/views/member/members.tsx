// Who bids in a book, by the logs.

import { useState } from 'preact/hooks';

import { useSession } from '../../app/context.ts';
import type { Book, Box } from '../../lots/ledger.ts';
import type { Head } from '../../lots/lot.ts';
import { Phase } from '../../lots/phases.ts';
import { eth, plainEth } from '../../ui/money.ts';
import { Account, Field, Table } from '../../ui/pieces.tsx';

/** Rows that are shown at once. */
const SOME = 50;

export function Members({ book, head }: { book: Book; head: Head }) {
  const { deployment, wallet } = useSession();
  const [word, setWord] = useState('');
  const boxes = [...book.boxes.values()];
  const found = boxes.filter(({ bidder }) => bidder.toLowerCase().includes(word.trim().toLowerCase()));
  const total = boxes.reduce((sum, { deposit }) => sum + deposit, 0n);
  if (boxes.length === 0) return <p>{head.phase === Phase.Bidding ? 'Nobody has bid yet.' : 'Nobody bid.'}</p>;
  const isDecided = head.phase >= Phase.Closed;
  return (
    <>
      <p>{boxes.length === 1 ? 'One bid' : `${boxes.length.toLocaleString('en')} bids`}, {eth(total)} of deposits.</p>
      {boxes.length > SOME && <Field label="Find an account" value={word} onInput={setWord} />}
      <Table
        caption={found.length > SOME ? `The first ${SOME} of ${found.length.toLocaleString('en')}; amounts in ETH` : 'Amounts in ETH'}
        head={isDecided ? ['Who', 'Status', 'Back', 'Deposit', 'Bid'] : ['Who', 'Deposit', 'Bid']}
        rows={found.slice(0, SOME).map((box) => {
          const who = <Account address={box.bidder} chainId={deployment.chainId} isYou={box.bidder === wallet?.account} />;
          const bid = box.bid !== null ? plainEth(box.bid) : head.phase > Phase.Reveal ? 'never opened' : 'sealed';
          return isDecided ? [who, statusOf(book, head, box), plainEth(box.received), plainEth(box.deposit), bid] : [who, plainEth(box.deposit), bid];
        })}
      />
    </>
  );
}

function statusOf(book: Book, head: Head, box: Box): string {
  if (box.bid === null) return 'never opened';
  if (head.phase === Phase.Closed) return 'open';
  return book.isServed(box.bidder) ? 'served' : 'not served';
}
