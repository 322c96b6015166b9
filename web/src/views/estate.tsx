// What a group owns together: who is served, what access is, votes for a price to sell at, the resale, each one's part.

import { abi as auctioneerAbi } from 'consort-contracts/Auctioneer';
import { Estate as TERMS } from 'consort-contracts/constants';
import { abi as daoAbi } from 'consort-contracts/DAO';
import { abi as estateAbi } from 'consort-contracts/Estate';
import { Phase } from 'consort-contracts/enums';
import { abi as tokenAbi } from 'consort-contracts/Item';
import { useState } from 'preact/hooks';
import { type Address, isAddress, isAddressEqual, parseEventLogs, zeroAddress } from 'viem';

import { useSession } from '../app/context.ts';
import { useGasWords } from '../app/gas_price.ts';
import { type Followed, useLedger } from '../app/ledger.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { isOurs } from '../chain/checks.ts';
import type { Deployment } from '../chain/deployment.ts';
import { logsOf } from '../chain/history.ts';
import { type Node, nodeOf } from '../chain/node.ts';
import { type Call, callOf } from '../chain/send.ts';
import type { Wallet } from '../chain/wallet.ts';
import { cut } from '../lots/agenda.ts';
import { sayDuration } from '../lots/durations.ts';
import { EACH, GAS } from '../lots/gas.ts';
import type { Book } from '../lots/ledger.ts';
import { type EstateEvent, majorityOf, type Owners, ownersOf } from '../lots/owners.ts';
import { phaseWords } from '../lots/phases.ts';
import { Action } from '../ui/action.tsx';
import { eth, parseEth } from '../ui/money.ts';
import { Account, Facts, Field, Go, Heading, Note, Ready, Section, Table, Whole } from '../ui/pieces.tsx';
import { ItemView } from './member/item.tsx';

/** Rows that are shown at once. */
const SOME = 50;

/** An estate as it stands; amounts in units. `resale`: the last lot at which the item was listed again, 0 if none. */
interface Estate extends Owners {
  address: Address;
  isThere: boolean;
  holdsItem: boolean;
  mine: bigint;
  resale: bigint;
  resalePhase: number;
  isResold: boolean;
  isCollected: boolean;
  part: bigint;
  hasClaimed: boolean;
  isServed: boolean;
  hasAccess: boolean;
}

export function EstateView({ route }: { route: Route }) {
  const { deployment, node } = useSession();
  const loaded = useLedger(route.lot);
  const { dao } = route;
  const genuine = useLoaded(() => (dao === null ? Promise.resolve(false) : isOurs(node, deployment, dao)), [], String(dao));
  return (
    <>
      <Heading>What the group owns</Heading>
      <Ready loaded={genuine} what="The group">
        {(isGenuine) =>
          dao === null || !isGenuine ? (
            <Note kind="error" isLive>This is no group of this page’s factory and auctioneer{dao !== null && <>: <Whole text={dao} /></>}.</Note>
          ) : (
            <Ready loaded={loaded} what="The lot">{(followed) => <Won dao={dao} followed={followed} />}</Ready>
          )
        }
      </Ready>
    </>
  );
}

function Won({ dao, followed }: { dao: Address; followed: Followed }) {
  const { deployment, node, wallet, block } = useSession();
  const { lot } = followed;
  const book = lot.book(dao);
  const you = wallet?.account ?? null;
  const loaded = useLoaded(() => readEstate(node, deployment, dao, lot.number, lot.token, lot.tokenId, you, block?.number ?? 0n), [block?.number], `${dao}/${lot.number}/${you}`);
  if (book === undefined || !book.won) {
    return (
      <p>
        The group has not won lot {String(lot.number)}: <strong>{phaseWords(followed.standing.phase).name}</strong>. What it wins belongs to those who pay for it,
        and is shown here. <Go to={{ dao, lot: lot.number }}>Back to the lot</Go>
      </p>
    );
  }
  const served = [...book.boxes.values()].filter(({ bidder }) => book.isServed(bidder)).map(({ bidder }) => bidder);
  return (
    <>
      <p>
        The group bought this item on <Go to={{ dao, lot: lot.number }}>lot {String(lot.number)}</Go>. {count(served.length, 'member', 'members')} paid{' '}
        {eth(book.share)} each: it belongs to them together, in equal parts and with one vote each. No one of them, and nobody else, can take it away from the
        others.
      </p>
      <ItemView lot={{ token: lot.token, tokenId: lot.tokenId, seller: null }} />
      <Ready loaded={loaded} what="The estate">
        {(estate) => (
          <>
            <Access estate={estate} />
            <Ownership dao={dao} number={lot.number} served={served} estate={estate} />
          </>
        )}
      </Ready>
      <Served served={served} book={book} />
    </>
  );
}

/** Those who paid, as many as a screen takes; others are found by their account. */
function Served({ served, book }: { served: readonly Address[]; book: Book }) {
  const { deployment, wallet } = useSession();
  const [word, setWord] = useState('');
  const found = served.filter((member) => member.toLowerCase().includes(word.trim().toLowerCase()));
  return (
    <Section title="Who is served">
      <p>Each of them pays {eth(book.share)}, whatever it bid.</p>
      {served.length > SOME && <Field label="Find an account" value={word} onInput={setWord} />}
      <Table
        caption={found.length > SOME ? `The first ${SOME} of ${found.length.toLocaleString('en')} who paid for the item` : 'Members who paid for the item'}
        head={['Member', 'Bid']}
        rows={found.slice(0, SOME).map((member) => [
          <Account address={member} chainId={deployment.chainId} isYou={wallet !== null && isAddressEqual(wallet.account, member)} />,
          eth(book.of(member)?.bid ?? 0n),
        ])}
      />
    </Section>
  );
}

function Access({ estate }: { estate: Estate }) {
  const { wallet } = useSession();
  return (
    <Section title="Access">
      {wallet === null && <p>Connect a wallet to see whether you have access.</p>}
      {wallet !== null && estate.hasAccess && <Note kind="good" word="">You have access: you paid for the item, and it has not been sold again.</Note>}
      {wallet !== null && estate.isServed && !estate.hasAccess && <p>You paid for the item, but it was sold again: access has ended, and your part of the money is below.</p>}
      {wallet !== null && !estate.isServed && <p>You are not among those who paid for the item, and have no access.</p>}
      <p>
        Access is what sites and contracts give to those who paid: they ask the group’s contract (<code>hasAccess</code>) each time. It cannot be handed on, and
        lasts until the item is sold again.
      </p>
    </Section>
  );
}

function Ownership({ dao, number, served, estate }: { dao: Address; number: bigint; served: readonly Address[]; estate: Estate }) {
  const gasWords = useGasWords();
  if (!estate.isThere) {
    return (
      <Section title="Votes">
        <p>
          The item lies at <Whole text={estate.address} />, an address that belongs to those who paid. To vote they need a contract there, which anybody can put
          there, once. It takes {gasWords(GAS.deployEstate)}.
        </p>
        <Action
          label="Open the estate"
          call={() => callOf(dao, daoAbi, 'deployEstate', [number])}
          dao={dao}
          what={<p>The contract in which the owners vote is put where the item lies. It changes nothing of who owns it.</p>}
          done="The estate is open"
        />
      </Section>
    );
  }
  return (
    <>
      {estate.isResold ? <Parts dao={dao} number={number} served={served} estate={estate} /> : <Votes dao={dao} number={number} served={served} estate={estate} />}
      <Facts rows={[['Estate', <Whole text={estate.address} />]]} />
    </>
  );
}

function Votes({ dao, number, served, estate }: { dao: Address; number: bigint; served: readonly Address[]; estate: Estate }) {
  const { deployment } = useSession();
  const [text, setText] = useState('');
  const gasWords = useGasWords();
  const call = useEstateCall(dao, number);
  const reserve = text.trim() === '' ? null : parseEth(text);
  const needed = majorityOf(served.length);
  const isListed = estate.resale !== 0n && estate.resalePhase !== Phase.Void;
  return (
    <Section title="Votes">
      <p>
        When more than half of the owners ({String(needed)} of {served.length}) want the same least price, anybody can have the item listed at it. Unsold it comes
        back, and nothing changes. Sold, everybody has an equal part of the money, and access ends for all, whoever voted what.
      </p>
      {estate.wanted.length > 0 && (
        <Table
          caption="Least prices that owners want"
          head={['Price', 'Owners', 'Is it enough?']}
          rows={estate.wanted.map(({ reserve: wanted, votes }) => [eth(wanted), String(votes), votes >= needed ? 'yes' : `${needed - votes} more needed`])}
        />
      )}
      {isListed && (
        <Note kind="plain">
          The item is for sale again, as <Go to={{ lot: estate.resale }}>lot {String(estate.resale)}</Go> ({phaseWords(estate.resalePhase).name}). No vote stops that.
        </Note>
      )}
      {estate.isServed && (
        <>
          <Field
            label="Sell for at least, ETH"
            value={text}
            onInput={setText}
            inputMode="decimal"
            flaw={typeof reserve === 'string' ? reserve : reserve === 0n ? 'To want no sale, take your vote back instead.' : null}
            hint={`Your vote now: ${estate.mine === 0n ? 'none' : eth(estate.mine)}. It stands until you change it, for years if need be, and anybody may act on it.`}
          />
          <div class="buttons">
            <Action
              label="Vote"
              call={() => (typeof reserve === 'bigint' ? call('vote', [reserve]) : 'Write a price first.')}
              dao={dao}
              blocked={typeof reserve === 'bigint' && reserve > 0n ? null : 'Write the least price at which you would sell.'}
              what={<p>You want the item sold if somebody pays {typeof reserve === 'bigint' ? eth(reserve) : '…'} or more. Once more than half of the owners want the same, anybody can list it. It takes {gasWords(GAS.vote)}.</p>}
              done="You have voted"
            />
            {estate.mine !== 0n && (
              <Action label="Take my vote back" call={() => call('vote', [0n])} dao={dao} what={<p>You want no sale any more. It takes {gasWords(GAS.vote)}.</p>} done="Your vote is taken back" />
            )}
          </div>
        </>
      )}
      {!isListed && estate.holdsItem && estate.wanted.filter(({ votes }) => votes >= needed).map(({ reserve: wanted }) => (
        <div key={String(wanted)}>
          <p>
            More than half want {eth(wanted)}. Listed, bids can be made for {sayDuration(Number(TERMS.BIDDING))}; the bond of a bid that is never opened is{' '}
            {Number(TERMS.BOND_BPS) / 100} % there. It takes {gasWords(GAS.resell)}.
          </p>
          <Action
            label={`List the item at ${eth(wanted)}`}
            call={() => call('resell', [wanted])}
            dao={dao}
            what={<p>The item is listed at {eth(wanted)} or more. If it is sold, access ends for everybody, and each owner has an equal part.</p>}
            done="The item is listed"
          />
        </div>
      ))}
      {!isListed && !estate.holdsItem && estate.resale !== 0n && (
        <>
          <p>Nobody bought the item. Before it can be listed again it has to come back from the auctioneer; anybody can send it.</p>
          <Action
            label="Send the item back to its owners"
            call={() => callOf(deployment.auctioneer, auctioneerAbi, 'reclaim', [estate.resale])}
            dao={dao}
            what={<p>The item of lot {String(estate.resale)} goes back to the estate.</p>}
            done="The item is back"
          />
        </>
      )}
    </Section>
  );
}

function Parts({ dao, number, served, estate }: { dao: Address; number: bigint; served: readonly Address[]; estate: Estate }) {
  const [other, setOther] = useState('');
  const gasWords = useGasWords();
  const call = useEstateCall(dao, number);
  const isWaiting = (member: Address) => !estate.claimed.has(member.toLowerCase()) && !estate.refused.has(member.toLowerCase());
  const waiting = served.filter(isWaiting);
  const refusing = served.filter((member) => estate.refused.has(member.toLowerCase()) && !estate.claimed.has(member.toLowerCase()));
  const [some = []] = cut(waiting, EACH.refundServed);
  const isOther = isAddress(other.trim());
  return (
    <Section title="Parts">
      <p>
        The item was sold again, as <Go to={{ view: 'outcome', lot: estate.resale }}>lot {String(estate.resale)}</Go>.{' '}
        {estate.isCollected ? `Each owner’s part is ${eth(estate.part)}.` : 'Whoever takes a part first has the money fetched; each owner’s part is the same.'}
      </p>
      {estate.isServed && estate.hasClaimed && <Note kind="good">You have had your part{estate.isCollected && `, ${eth(estate.part)}`}.</Note>}
      {estate.isServed && !estate.hasClaimed && (
        <>
          <Action label="Take my part" call={() => call('claim', [])} dao={dao} what={<p>Your part is sent to this account. It takes {gasWords(GAS.claimPart)}.</p>} done="You have your part" />
          <details>
            <summary>Have it sent to another account</summary>
            <Field label="Account" value={other} onInput={setOther} flaw={other !== '' && !isOther ? 'This is no address.' : null} hint="For wallets that cannot take ether." />
            <Action
              label="Send my part there"
              call={() => (isOther ? call('claimTo', [other.trim() as Address]) : 'Write an address first.')}
              dao={dao}
              blocked={isOther ? null : 'Write an address first.'}
              what={<p>Your part is sent to <Whole text={other.trim()} />. Nobody can take that back.</p>}
              done="Your part is sent"
            />
          </details>
        </>
      )}
      {refusing.length > 0 && <p>{count(refusing.length, 'owner', 'owners')} did not take their part when it was sent, and can still claim it, to another account too.</p>}
      {waiting.length > 0 && (
        <>
          <p>{count(waiting.length, 'owner has', 'owners have')} not had their part. Anybody can send it to all of them: {gasWords(BigInt(waiting.length) * EACH.refundServed + 40_000n)}.</p>
          <Action
            key={some[0] ?? ''}
            label={`Send ${count(some.length, 'part', 'parts')}`}
            call={() => call('claimBatch', [some])}
            dao={dao}
            what={<p>{count(some.length, 'owner is', 'owners are')} sent their part. Who does not take it keeps the claim.</p>}
            done="The parts are sent"
          />
        </>
      )}
    </Section>
  );
}

/** A call of the estate, at the address that the group names to the wallet's own node. */
function useEstateCall(dao: Address, number: bigint) {
  const { wallet, deployment } = useSession();
  return async (...[name, args]: ['vote' | 'resell', [bigint]] | ['claim', []] | ['claimTo', [Address]] | ['claimBatch', [readonly Address[]]]): Promise<Call> => {
    const own = nodeOf((wallet as Wallet).offered.provider, deployment.chainId);
    const estate = await own.readContract({ address: dao, abi: daoAbi, functionName: 'estateAt', args: [number] });
    return callOf(estate, estateAbi, name, args as never);
  };
}

async function readEstate(node: Node, deployment: Deployment, dao: Address, number: bigint, token: Address, tokenId: bigint, you: Address | null, newest: bigint): Promise<Estate> {
  const group = { address: dao, abi: daoAbi } as const;
  const address = await node.readContract({ ...group, functionName: 'estateAt', args: [number] });
  const member = you ?? zeroAddress;
  const [code, isServed, hasAccess, owner] = await Promise.all([
    node.getCode({ address }),
    node.readContract({ ...group, functionName: 'isServed', args: [number, member] }),
    node.readContract({ ...group, functionName: 'hasAccess', args: [number, member] }),
    node.readContract({ address: token, abi: tokenAbi, functionName: 'ownerOf', args: [tokenId] }).catch(() => zeroAddress),
  ]);
  const holdsItem = isAddressEqual(owner, address);
  const isThere = code !== undefined && code !== '0x';
  const nothing = { ...ownersOf([]), mine: 0n, resale: 0n, resalePhase: Phase.None, isResold: false, isCollected: false, part: 0n, hasClaimed: false };
  if (!isThere) return { address, isThere, holdsItem, isServed, hasAccess, ...nothing };
  const call = { address, abi: estateAbi } as const;
  const [mine, resale, isResold, isCollected, part, hasClaimed, logs] = await Promise.all([
    node.readContract({ ...call, functionName: 'voteOf', args: [member] }),
    node.readContract({ ...call, functionName: 'resaleLot' }),
    node.readContract({ ...call, functionName: 'resold' }),
    node.readContract({ ...call, functionName: 'collected' }),
    node.readContract({ ...call, functionName: 'part' }),
    node.readContract({ ...call, functionName: 'hasClaimed', args: [member] }),
    logsOf(node, [address], deployment.block, newest),
  ]);
  const resalePhase = resale === 0n ? Phase.None : await node.readContract({ address: deployment.auctioneer, abi: auctioneerAbi, functionName: 'phase', args: [resale] });
  const owners = ownersOf(parseEventLogs({ abi: estateAbi, logs }) as unknown as EstateEvent[]);
  return { address, isThere, holdsItem, isServed, hasAccess, ...owners, mine, resale, resalePhase, isResold, isCollected, part, hasClaimed };
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
