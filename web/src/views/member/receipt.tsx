// The receipt of a bid that is sealed, once more as a file: for another device, or for a keeper.

import { fileName } from '../../app/receipts.ts';
import type { Opening } from '../../seals/commitment.ts';
import { formatReceipt } from '../../seals/receipt.ts';
import { download } from '../../ui/pieces.tsx';

/** Hands the receipt's file to the browser to keep. */
export function downloadReceipt(receipt: Opening): void {
  download(fileName(receipt), formatReceipt(receipt), 'application/jsonl');
}

export function SaveAgain({ receipt }: { receipt: Opening }) {
  return (
    <p>
      <button type="button" class="second" onClick={() => downloadReceipt(receipt)}>Save its receipt as a file</button>
      <span class="hint"> Browsers forget. Whoever has the file knows the bid.</span>
    </p>
  );
}
