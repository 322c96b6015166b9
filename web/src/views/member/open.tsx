// Opening one's own bid: by the receipt on this device, or by its file.

import * as DAO from 'consort-contracts/DAO';
import { useState } from 'preact/hooks';

import { matching } from '../../app/receipts.ts';
import { callOf } from '../../chain/send.ts';
import type { Head, Lot } from '../../lots/lot.ts';
import type { Opening } from '../../seals/commitment.ts';
import { parseReceipts } from '../../seals/receipt.ts';
import { Action } from '../../ui/action.tsx';
import { useNow } from '../../ui/countdown.tsx';
import { eth } from '../../ui/money.ts';
import { Go, Note } from '../../ui/pieces.tsx';
import { moment } from '../../ui/time.ts';
import type { Mine } from './mine.ts';
import { SaveAgain } from './receipt.tsx';

/** The first blocks of the reveal may be undone; bidding would be open again, and the bid known. */
const FIRST_BLOCKS = 120n;
const MOST_FILE = 1 << 20;

export function OpenForm({ lot, head, mine, isLocked }: { lot: Lot; head: Head; mine: Mine; isLocked: boolean }) {
  const now = useNow();
  const [found, setFound] = useState<Opening | null>(null);
  const receipt = mine.receipt ?? found;
  const early = lot.schedule.endOfBidding + FIRST_BLOCKS;
  return (
    <>
      <p>
        {isLocked
          ? 'Your bid has a lock: anybody can open it now, and a keeper does so without being asked. If it is still sealed near the end, open it yourself'
          : 'Your bid has no lock that opens: open it yourself, or leave the receipt with a keeper.'}
        {isLocked && (lot.at.isHouse ? ' by its receipt.' : <> by its receipt, or without one <Go to={{ view: 'steps', lot: lot.number }}>by its lock</Go>.</>)}
      </p>
      {receipt === null && <ReceiptFile mine={mine} onFound={setFound} />}
      {receipt !== null && (
        <>
          {now !== null && now < early && (
            <Note kind="risk">The first blocks of the reveal may be undone, and others could answer your bid then: better wait until {moment(early)}.</Note>
          )}
          <Action
            label="Open my bid"
            dao={head.group?.dao ?? null}
            call={() => callOf(head.contract, DAO.abi, 'reveal', [lot.number, receipt.bid, receipt.salt])}
            what={<p>Your bid of {eth(receipt.bid)} becomes public, and counts.</p>}
            done="Your bid is open"
          />
          <SaveAgain receipt={receipt} />
        </>
      )}
    </>
  );
}

/** Finds the receipt of the bid as it stands in a file. */
function ReceiptFile({ mine, onFound }: { mine: Mine; onFound: (receipt: Opening) => void }) {
  const [flaw, setFlaw] = useState<string | null>(null);
  const read = async (file: File | undefined) => {
    if (file === undefined || mine.bid === null) return;
    const { receipts, flaws } = parseReceipts(await file.slice(0, MOST_FILE).text());
    const receipt = matching(mine.place.chainId, receipts, mine.place, mine.bid.commitment);
    if (receipt !== null) return onFound(receipt);
    const others = receipts.length === 1 ? 'one receipt, of another bid' : `${receipts.length} receipts, none of this bid`;
    setFlaw(receipts.length > 0 ? `The file has ${others}.` : `The file has no receipt. ${flaws[0] ?? ''}`);
  };
  return (
    <div class="field">
      <Note kind="risk">The receipt of this bid is not on this device. Choose the file that was saved when you sealed it.</Note>
      <label for="receipt">Receipt file</label>
      <input id="receipt" type="file" accept=".jsonl,.json,.txt" onChange={(event) => void read(event.currentTarget.files?.[0])} />
      {flaw !== null && <p class="flaw" role="alert">{flaw}</p>}
    </div>
  );
}
