// One's own bid: what stands there, and what one can do about it in each phase.

import * as DAO from 'consort-contracts/DAO';
import { useState } from 'preact/hooks';

import { useSession } from '../../app/context.ts';
import { useLoaded } from '../../app/loading.ts';
import { callOf } from '../../chain/send.ts';
import type { Book } from '../../lots/ledger.ts';
import type { Head, Lot } from '../../lots/lot.ts';
import { Phase } from '../../lots/phases.ts';
import { Action } from '../../ui/action.tsx';
import { UNIT, eth, parseEth } from '../../ui/money.ts';
import { Field, Go, Note, Ready, Section } from '../../ui/pieces.tsx';
import { moment } from '../../ui/time.ts';
import { ClaimForm } from './claim.tsx';
import { MoneyFacts } from './money.tsx';
import { type Mine, readMine } from './mine.ts';
import { OpenForm } from './open.tsx';
import { SaveAgain } from './receipt.tsx';
import { SealForm } from './seal.tsx';

export function MyBid({ lot, head, book }: { lot: Lot; head: Head; book: Book | null }) {
  const { node, deployment, wallet, block } = useSession();
  if (wallet === null) {
    return (
      <Section title="Your bid">
        <p>Connect a wallet at the top of the page to bid{head.group === null ? '' : ' with this group'}, or to see your bid.</p>
      </Section>
    );
  }
  return <Connected key={wallet.account} {...{ lot, head, book, node, chainId: deployment.chainId, account: wallet.account, block: block?.number }} />;
}

function Connected(props: Parameters<typeof MyBid>[0] & { node: Parameters<typeof readMine>[0]; chainId: number; account: `0x${string}`; block: bigint | undefined }) {
  const { lot, head, book, node, chainId, account, block } = props;
  const loaded = useLoaded(() => readMine(node, chainId, lot, head, account), [block, lot.phase, head.phase], `${chainId}/${head.contract}/${lot.number}/${account}`);
  return (
    <Section title="Your bid">
      <Ready loaded={loaded} what="Your bid">
        {(mine) => (
          <>
            <MoneyFacts lot={lot} head={head} mine={mine} box={book?.of(account) ?? null} />
            <Steps lot={lot} head={head} mine={mine} isLocked={Boolean(book?.of(account)?.lock)} isRefused={book?.of(account)?.refused ?? false} />
          </>
        )}
      </Ready>
    </Section>
  );
}

function Steps({ lot, head, mine, isLocked, isRefused }: { lot: Lot; head: Head; mine: Mine; isLocked: boolean; isRefused: boolean }) {
  if (!head.hasEntered) return <Note kind="plain">The group has not entered this lot, so nobody can bid on it there. <Go to={{ view: 'group', dao: head.contract }}>As long as bidding lasts anybody can have it enter</Go>.</Note>;
  if (lot.phase === Phase.Bidding) return <BiddingSteps lot={lot} head={head} mine={mine} isLocked={isLocked} />;
  if (mine.bid === null) return null;
  return (
    <>
      {lot.phase === Phase.Reveal && mine.bid.isSealed && <OpenForm lot={lot} head={head} mine={mine} isLocked={isLocked} />}
      <ClaimForm lot={lot} head={head} mine={mine} bid={mine.bid} isRefused={isRefused} />
    </>
  );
}

function BiddingSteps({ lot, head, mine, isLocked }: { lot: Lot; head: Head; mine: Mine; isLocked: boolean }) {
  const { bid, place } = mine;
  const [isChanging, setChanging] = useState(false);
  const seal = head.group?.isOpen ? <RaiseForm lot={lot} head={head} mine={mine} /> : <SealForm lot={lot} head={head} place={place} bid={bid} />;
  if (bid === null) return seal;
  return (
    <>
      {bid.isSealed && (
        <p>
          {isLocked
            ? `There is nothing more to do. Once bidding is over anybody can open your bid by its lock, and keepers do; look again before ${moment(lot.schedule.endOfReveal)}, and keep the receipt.`
            : `Come back between ${moment(lot.schedule.endOfBidding)} and ${moment(lot.schedule.endOfReveal)} to open your bid by its receipt.`}
        </p>
      )}
      {mine.receipt !== null && <SaveAgain receipt={mine.receipt} />}
      {head.group?.isOpen || isChanging ? seal : <button type="button" class="second" onClick={() => setChanging(true)}>Change the bid</button>}
      <Action
        label="Take the bid back"
        isSecond
        dao={head.group?.dao ?? null}
        call={() => callOf(head.contract, DAO.abi, 'withdraw', [lot.number, place.bidder])}
        what={<p>Your bid is gone, and the deposit of {eth(bid.deposit)} comes back to your account at once. A lock that was sent becomes public all the same.</p>}
        done="Your deposit is back"
      />
    </>
  );
}

/** In an open group the bid is the deposit. */
function RaiseForm({ lot, head, mine }: { lot: Lot; head: Head; mine: Mine }) {
  const [text, setText] = useState('');
  const added = parseEth(text);
  const before = mine.bid?.bid ?? 0n;
  const least = head.group?.minimumBid ?? 1n;
  const flaw = typeof added === 'string' ? added : added === 0n ? 'More than nothing.' : before + added < least ? `The bid has to be at least ${eth(least)}.` : null;
  return (
    <>
      <Field
        label={before > 0n ? 'Add, ETH' : 'Bid, ETH'}
        value={text}
        onInput={setText}
        inputMode="decimal"
        hint="In this group the bid is the deposit, and everybody sees it at once. To lower it, take it back first."
        flaw={text === '' ? null : flaw}
      />
      <Action
        label={before > 0n ? 'Raise bid' : 'Bid'}
        blocked={flaw === null ? null : 'Enter an amount first.'}
        dao={head.group?.dao ?? null}
        call={() => (typeof added === 'string' ? added : callOf(head.contract, DAO.abi, 'raiseBid', [lot.number], added * UNIT))}
        what={typeof added === 'bigint' && <p>Your bid becomes {eth(before + added)}, and everybody sees it. You pay your share if served, never more.</p>}
        done="Your bid stands"
      />
    </>
  );
}
