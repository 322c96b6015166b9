// What comes back: claimed, claimed for another account, or put under a bid on the next lot.

import * as DAO from 'consort-contracts/DAO';
import { useState } from 'preact/hooks';
import { isAddress, zeroAddress } from 'viem';

import { useSession } from '../../app/context.ts';
import { useLoaded } from '../../app/loading.ts';
import { callOf } from '../../chain/send.ts';
import { dueOf } from '../../lots/money.ts';
import { type Bid, type Head, type Lot, newestLots, readBid, readHead } from '../../lots/lot.ts';
import { Phase } from '../../lots/phases.ts';
import { Select } from '../../ui/choices.tsx';
import { Action } from '../../ui/action.tsx';
import { useNow } from '../../ui/countdown.tsx';
import { eth } from '../../ui/money.ts';
import { Field, Note, Ready } from '../../ui/pieces.tsx';
import type { Mine } from './mine.ts';
import { SealForm } from './seal.tsx';

/** How many of the newest lots are looked at for one to roll to. */
const NEWEST = 12n;

export function ClaimForm(props: { lot: Lot; head: Head; mine: Mine; bid: Bid; isRefused: boolean }) {
  const { lot, head, mine, bid, isRefused } = props;
  const now = useNow() ?? 0n;
  const due = dueOf(lot, head, bid, mine.isServed, now);
  if (due.wait !== null || due.amount === 0n) return null;
  return (
    <>
      {isRefused && <Note kind="risk">It was sent to your account, which did not take it. Claim it for another account.</Note>}
      <p>Anybody can have it sent to you, and keepers do. You can also claim it yourself:</p>
      <Action
        label={`Claim ${eth(due.amount)}`}
        dao={head.group?.dao ?? null}
        call={() => callOf(head.contract, DAO.abi, 'claim', [lot.number])}
        what={<p>{eth(due.amount)} come to your account.{due.bond > 0n && ` The bond of ${eth(due.bond)} is burnt.`}</p>}
        done="It is back"
      />
      <details>
        <summary>Claim it for another account</summary>
        <ClaimTo {...props} amount={due.amount} />
      </details>
      {head.group?.isOpen !== true && !lot.at.isHouse && (
        <details>
          <summary>Bid with it on the next lot</summary>
          <Roll {...props} amount={due.amount} />
        </details>
      )}
    </>
  );
}

function ClaimTo({ lot, head, amount }: { lot: Lot; head: Head; amount: bigint }) {
  const [recipient, setRecipient] = useState('');
  const isGood = isAddress(recipient.trim()) && recipient.trim() !== zeroAddress;
  return (
    <>
      <Field label="Account" value={recipient} onInput={setRecipient} flaw={recipient === '' || isGood ? null : 'This is no address, or one with a typing error.'} />
      <Action
        label={`Claim ${eth(amount)} for it`}
        blocked={isGood ? null : 'Enter an address first.'}
        dao={head.group?.dao ?? null}
        call={() => callOf(head.contract, DAO.abi, 'claimTo', [lot.number, recipient.trim() as `0x${string}`])}
        what={<p>{eth(amount)} go to <code class="whole">{recipient.trim()}</code>, for good.</p>}
        done="It is there"
      />
    </>
  );
}

function Roll({ lot, head, mine, amount }: { lot: Lot; head: Head; mine: Mine; amount: bigint }) {
  const { node, deployment, block } = useSession();
  const [chosen, setChosen] = useState<string | null>(null);
  const read = async () => {
    const lots = (await newestLots(node, deployment.auctioneer, NEWEST)).filter(({ phase }) => phase === Phase.Bidding);
    const found = await Promise.all(
      lots.map(async (next) => ({
        lot: next,
        head: await readHead(node, next.at, head.group?.dao ?? null, next.number),
        bid: await readBid(node, head.contract, next.number, mine.place.bidder),
      })),
    );
    return found.filter((one) => one.head.hasEntered);
  };
  const loaded = useLoaded(read, [block?.number], `${head.contract}/${mine.place.bidder}`);
  return (
    <Ready loaded={loaded} what="The next lots">
      {(lots) => {
        if (lots.length === 0) return <p>There is no other lot that takes bids {head.group === null ? '' : 'of this group '}now.</p>;
        const number = chosen ?? String(lots[0]?.lot.number);
        const next = lots.find((one) => String(one.lot.number) === number);
        return (
          <>
            <p class="hint">Roll early: if what is left is sent to you meanwhile, as anybody can have it, the roll fails. Then bid with it as with any money.</p>
            <Select label="Lot" value={number} onChange={setChosen} options={lots.map((one) => [String(one.lot.number), `Lot ${one.lot.number}`] as const)} />
            {next !== undefined && (
              <SealForm
                key={number}
                lot={next.lot}
                head={next.head}
                bid={next.bid}
                place={{ ...mine.place, lot: next.lot.number }}
                from={{ lot: lot.number, due: amount }}
              />
            )}
          </>
        );
      }}
    </Ready>
  );
}
