// Starting a group: how it bids, how it is made, and where it will be, before anything is signed.

import { abi as factoryAbi } from 'consort-contracts/DAOFactory';
import { useState } from 'preact/hooks';
import { type Address, bytesToHex, type Hex, isAddressEqual, parseEventLogs, type TransactionReceipt } from 'viem';

import { useSession } from '../app/context.ts';
import { useGasWords } from '../app/gas_price.ts';
import { useLoaded } from '../app/loading.ts';
import type { Route } from '../app/route.ts';
import { type Node, nodeOf } from '../chain/node.ts';
import { callOf } from '../chain/send.ts';
import { parseCount } from '../lots/counts.ts';
import { choose, type Choice, CROWD } from '../lots/gas.ts';
import { type Lot, newestLots } from '../lots/lot.ts';
import { Phase } from '../lots/phases.ts';
import { Action } from '../ui/action.tsx';
import { Radios, Select } from '../ui/choices.tsx';
import { eth, parseEth } from '../ui/money.ts';
import { Facts, Field, Go, Heading, Note, Section, Whole } from '../ui/pieces.tsx';
import { Share } from '../ui/share.tsx';
import { moment } from '../ui/time.ts';

type Kind = 'sealed' | 'open';
const NO_LOT = '';

/** What a group is made with. */
interface Terms {
  isOpen: boolean;
  minimum: bigint;
  salt: Hex;
}

export function NewGroup({ route }: { route: Route }) {
  const [made, setMade] = useState<{ dao: Address; lot: bigint | null } | null>(null);
  return (
    <>
      <Heading>Start a group</Heading>
      {made === null ? <Form wanted={route.lot} onMade={(dao, lot) => setMade({ dao, lot })} /> : <Made {...made} />}
    </>
  );
}

function Form({ wanted, onMade }: { wanted: bigint | null; onMade: (dao: Address, lot: bigint | null) => void }) {
  const { deployment, node, block, wallet } = useSession();
  const [size, setSize] = useState('20');
  const [kind, setKind] = useState<Kind>('sealed');
  const [least, setLeast] = useState('');
  const [number, setNumber] = useState(wanted === null ? NO_LOT : String(wanted));
  const [salt] = useState(newSalt);
  const gasWords = useGasWords();
  const lots = useLoaded(() => biddable(node, deployment.auctioneer), [block?.number], deployment.auctioneer);

  const members = parseCount(size);
  const minimum = least.trim() === '' ? 1n : parseEth(least);
  const lot = number === NO_LOT ? null : BigInt(number);
  const choice = choose(members ?? 1, lot !== null);
  const terms = typeof minimum === 'string' ? null : { isOpen: kind === 'open', minimum, salt };
  const at = useLoaded(
    async () => (wallet === null || terms === null ? null : predict(node, deployment.factory, deployment.auctioneer, wallet.account, choice, terms)),
    [],
    `${wallet?.account}/${choice.make}/${kind}/${minimum}`,
  );
  const place = at.state === 'ready' ? at.value : null;

  const call = async () => {
    if (wallet === null || terms === null || place === null) return 'Fill in the form first.';
    const own = nodeOf(wallet.offered.provider, deployment.chainId);
    const found = await predict(own, deployment.factory, deployment.auctioneer, wallet.account, choice, terms);
    if (!isAddressEqual(found, place)) return 'Your wallet’s node and the node of this page do not agree on where the group will be: do not sign.';
    const args = [deployment.auctioneer, terms.isOpen, terms.minimum, terms.salt, lot === null ? [] : [lot]] as const;
    return callOf(deployment.factory, factoryAbi, choice.make === 'cheap' ? 'create' : 'createStandalone', args);
  };
  const onDone = ({ logs }: TransactionReceipt) => {
    const [created] = parseEventLogs({ abi: factoryAbi, eventName: 'DAOCreated', logs });
    if (created !== undefined) onMade(created.args.dao, lot);
  };

  return (
    <>
      <p>
        A group (a DAO, a contract on the chain) bids as one. It bids the most that some of its members can pay in equal shares. If it wins, those who
        can pay the share are served, each pays the same, and everybody else has everything back. Whoever starts a group has no rights over it.
      </p>
      <Section title="Who will bid">
        <Field
          label="How many members do you expect?"
          value={size}
          onInput={setSize}
          inputMode="numeric"
          flaw={members === null ? 'Write a number from 1 on.' : null}
          hint="A guess is enough: it decides only how the contract is made. Anybody can join, up to the end of bidding."
        />
        <Radios<Kind>
          legend="How do members bid?"
          value={kind}
          onChange={setKind}
          options={[
            {
              value: 'sealed',
              label: 'Sealed',
              hint: 'Nobody sees a bid before bidding ends. Who bids from one account in one group then does best to bid what it is worth to them. With a time lock anybody can open the bid afterwards.',
            },
            {
              value: 'open',
              label: 'Open',
              hint: 'Everybody sees every bid at once, rivals too. Cheaper, and nothing has to be opened; but others can answer, and a bid can be taken back at the last moment.',
            },
          ]}
        />
        <Field
          label="Smallest bid, ETH (optional)"
          value={least}
          onInput={setLeast}
          inputMode="decimal"
          flaw={typeof minimum === 'string' ? minimum : null}
          hint="Keeps out bids that cost more gas to count than they bring. It can never be changed."
        />
      </Section>
      <Section title="On which lot">
        <Select
          label="Enter a lot at once"
          value={number}
          onChange={setNumber}
          options={[[NO_LOT, 'none yet'], ...lotOptions(lots.state === 'ready' ? lots.value : [], wanted)]}
          hint="A group can bid only on lots that it entered while bidding lasts. It can enter others later, and anybody can have it do so."
        />
      </Section>
      <Section title="How it is made">
        <p><Reason choice={choice} members={members ?? 1} /></p>
        <Facts
          rows={[
            ['Kind of contract', choice.make === 'cheap' ? 'a light one, which borrows its code' : 'a full copy of the code'],
            ['Costs you, once', gasWords(choice.gas)],
            ['Where it will be', place === null ? (wallet === null ? 'Connect a wallet: the address depends on who makes it.' : '…') : <Whole text={place} />],
          ]}
        />
        {at.state === 'failed' && <Note kind="error">{at.text}</Note>}
        <Action
          label={lot === null ? 'Make the group' : `Make the group and enter lot ${lot}`}
          call={call}
          dao={null}
          blocked={members === null || terms === null ? 'Mend the fields above first.' : null}
          what={
            <p>
              A {kind} group is made at <Whole text={place ?? '…'} />
              {lot !== null && <>, and enters lot {String(lot)}</>}
              {typeof minimum === 'bigint' && minimum > 1n && <>. The smallest bid is {eth(minimum)}</>}. No ether is sent but the gas.
            </p>
          }
          onDone={onDone}
          done="The group is made"
        />
      </Section>
    </>
  );
}

function Made({ dao, lot }: { dao: Address; lot: bigint | null }) {
  return (
    <>
      <Note kind="good" isLive>The group is made, at <Whole text={dao} /></Note>
      <Section title="Bring the others">
        <Share dao={dao} lot={lot} />
        <p>Wait until the block that made it is final (some 15 minutes on Ethereum) before anybody sends money there.</p>
      </Section>
      <p class="buttons">
        {lot !== null && <Go to={{ dao, lot }}>Bid with the group on lot {String(lot)}</Go>}
        <Go to={{ view: 'group', dao }}>Look at the group</Go>
      </p>
    </>
  );
}

function Reason({ choice, members }: { choice: Choice; members: number }) {
  const saved = Number(choice.saved).toLocaleString('en');
  const crowd = CROWD.toLocaleString('en');
  return choice.make === 'cheap' ? (
    <>
      For about {members.toLocaleString('en')} {members === 1 ? 'member' : 'members'} a light contract is the cheaper one: {saved} gas less in all on one lot. A
      full copy costs far more to make and saves each member a little; that pays from about {crowd} members on.
    </>
  ) : (
    <>
      For about {members.toLocaleString('en')} members a full copy is the cheaper one: dear for you, who makes it, but {saved} gas less in all on one lot,
      since every step of every member then costs less. Below about {crowd} members a light contract would be.
    </>
  );
}

async function predict(node: Node, factory: Address, auctioneer: Address, creator: Address, { make }: Choice, { isOpen, minimum, salt }: Terms): Promise<Address> {
  const functionName = make === 'cheap' ? 'predict' : 'predictStandalone';
  return node.readContract({ address: factory, abi: factoryAbi, functionName, args: [creator, auctioneer, isOpen, minimum, salt] });
}

/** The lots among the newest on which one can bid. */
async function biddable(node: Node, auctioneer: Address): Promise<Lot[]> {
  return (await newestLots(node, auctioneer, 24n)).filter(({ phase }) => phase === Phase.Bidding);
}

/** The lot that the link names stands first, whatever the list says. */
function lotOptions(lots: readonly Lot[], wanted: bigint | null): [string, string][] {
  const options = lots.map((lot): [string, string] => [String(lot.number), `lot ${lot.number}, until ${moment(lot.schedule.endOfBidding)}, from ${eth(lot.price)}`]);
  const isListed = wanted === null || lots.some(({ number }) => number === wanted);
  return isListed ? options : [[String(wanted), `lot ${wanted}`], ...options];
}

function newSalt(): Hex {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
}
