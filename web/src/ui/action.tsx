// A step that costs gas: a button, what will happen and what was checked, the wallet, the wait, the end.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Address, Hex, TransactionReceipt } from 'viem';

import { useSession } from '../app/context.ts';
import { type Check, isPassed, lookAt } from '../chain/checks.ts';
import { nodeOf } from '../chain/node.ts';
import { type Call, type Prepared, SendError, prepare, settled, sign } from '../chain/send.ts';
import { explain, isUnknownChain } from '../chain/errors.ts';
import { chainOf } from '../chain/node.ts';
import { switchChain } from '../chain/wallet.ts';
import { ethOfWei } from './money.ts';
import { Note, Transaction } from './pieces.tsx';

type Step =
  | { name: 'idle' }
  | { name: 'checking' }
  | { name: 'refused'; checks: readonly Check[] }
  | { name: 'asking'; prepared: Prepared; checks: readonly Check[]; what: ComponentChildren }
  | { name: 'signing' }
  | { name: 'waiting'; hash: Hex }
  | { name: 'done'; hash: Hex }
  | { name: 'failed'; text: string; hash?: Hex };

export interface ActionProps {
  /** What the button says. */
  label: string;
  /** What is sent, made when the button is pressed; a string says why it cannot be. */
  call: () => Call | string | Promise<Call | string>;
  /** What will happen, in words, told before it is signed. */
  what: ComponentChildren;
  /** The DAO that the call is at, to be checked with the rest. Null: at the auctioneer, or none of a DAO's business. */
  dao: Address | null;
  /** Asked again when it is about to be signed: why what was told does not hold any more, null if it does. */
  recheck?: () => Promise<string | null>;
  /** Told once it stands in a block. */
  onDone?: (receipt: TransactionReceipt) => void;
  /** What is said then. */
  done?: ComponentChildren;
  /** One step among others, not the one to be expected. */
  isSecond?: boolean;
  /** Why the button cannot be pressed yet. */
  blocked?: string | null;
}

/** The button and everything that follows from it. */
export function Action({ label, call, what, dao, onDone, done, isSecond, blocked, recheck }: ActionProps) {
  const { deployment, isVouched, wallet, node, refresh } = useSession();
  const [step, setStep] = useState<Step>({ name: 'idle' });
  const isAlive = useRef(true);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => () => void (isAlive.current = false), []);
  // what was asked for was asked of another account or chain, or is not what is typed any more
  useEffect(() => setStep((before) => (blocked && before.name === 'asking' ? { name: 'idle' } : before)), [blocked, step.name]);
  useEffect(() => setStep({ name: 'idle' }), [wallet?.account, wallet?.chainId]);
  // the question takes the focused button away with it: who works by keyboard goes on from here, not from the top of the page
  const wasAsking = useRef(false);
  useEffect(() => {
    if (wasAsking.current && step.name !== 'asking' && document.activeElement === document.body) place.current?.focus({ preventScroll: true });
    wasAsking.current = step.name === 'asking';
  }, [step.name]);
  const set = (next: Step) => isAlive.current && setStep(next);
  if (wallet === null) return <Note kind="plain">Connect a wallet to “{label}”.</Note>;
  if (wallet.chainId !== deployment.chainId) return <WrongChain label={label} />;

  const start = async () => {
    set({ name: 'checking' });
    try {
      const own = nodeOf(wallet.offered.provider, deployment.chainId);
      const checks = await lookAt(own, deployment, dao, isVouched);
      if (!isPassed(checks)) return set({ name: 'refused', checks });
      const made = await call();
      if (typeof made === 'string') return set({ name: 'failed', text: made });
      // told is what this very call does, whatever is typed meanwhile
      return set({ name: 'asking', prepared: await prepare(own, wallet.account, made), checks, what });
    } catch (error) {
      return set({ name: 'failed', text: error instanceof SendError ? error.message : explain(error) });
    }
  };
  const send = async (prepared: Prepared) => {
    set({ name: 'signing' });
    let hash: Hex | undefined;
    try {
      const flaw = (await recheck?.()) ?? null;
      if (flaw !== null) return set({ name: 'failed', text: flaw });
      hash = await sign(wallet, prepared);
      set({ name: 'waiting', hash });
      const receipt = await settled(node, hash);
      set({ name: 'done', hash });
      onDone?.(receipt);
      return await refresh().catch(() => undefined);
    } catch (error) {
      set({ name: 'failed', text: error instanceof SendError ? error.message : explain(error), ...(hash ? { hash } : {}) });
    }
  };
  const isBusy = step.name === 'checking' || step.name === 'signing' || step.name === 'waiting';
  return (
    <div class="action" ref={place} tabIndex={-1}>
      {step.name !== 'asking' && (
        <button type="button" class={isSecond ? 'second' : ''} disabled={isBusy || Boolean(blocked)} onClick={() => void start()}>
          {label}
        </button>
      )}
      {blocked && step.name !== 'done' && <p class="hint">{blocked}</p>}
      {step.name === 'asking' && (
        <Question what={step.what} prepared={step.prepared} checks={step.checks} send={() => void send(step.prepared)} cancel={() => set({ name: 'idle' })} />
      )}
      {step.name === 'refused' && <Note kind="error" isLive>Nothing was sent.<Checks checks={step.checks} /></Note>}
      <div role="status" aria-live="polite">
        {step.name === 'checking' && <p>Checking the contracts and trying the transaction …</p>}
        {step.name === 'signing' && <p>Sign it in your wallet …</p>}
        {step.name === 'waiting' && <p>Sent. Waiting for a block … <Transaction hash={step.hash} chainId={deployment.chainId} /></p>}
        {step.name === 'done' && <Note kind="good">{done ?? label}. <Transaction hash={step.hash} chainId={deployment.chainId} /></Note>}
      </div>
      {step.name === 'failed' && (
        <Note kind="error" isLive>
          {step.text} {step.hash && <Transaction hash={step.hash} chainId={deployment.chainId} />}
        </Note>
      )}
    </div>
  );
}

/** The wallet is elsewhere: it can be asked to come. */
export function WrongChain({ label }: { label?: string }) {
  const { deployment, wallet } = useSession();
  const [flaw, setFlaw] = useState<string | null>(null);
  if (wallet === null || wallet.chainId === deployment.chainId) return null;
  const { name } = chainOf(deployment.chainId);
  const move = () =>
    switchChain(wallet.offered, deployment.chainId).then(
      () => setFlaw(null),
      (error: unknown) => setFlaw(isUnknownChain(error) ? `The wallet does not know ${name}: add it there first.` : explain(error)),
    );
  return (
    <Note kind="risk" isLive>
      Your wallet is on {chainOf(wallet.chainId).name}; {label ? `“${label}” is` : 'this page is'} for {name}.{' '}
      <button type="button" class="second" onClick={() => void move()}>Switch to {name}</button>
      {flaw && <p class="flaw">{flaw}</p>}
    </Note>
  );
}

function Question(props: { what: ComponentChildren; prepared: Prepared; checks: readonly Check[]; send: () => void; cancel: () => void }) {
  const { what, prepared, checks, send, cancel } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div class="question" ref={place} tabIndex={-1} role="group" aria-label="What will happen">
      <p class="lead">What will happen</p>
      <div>{what}</div>
      <ul>
        {prepared.call.value > 0n && <li>{ethOfWei(prepared.call.value)} leave your account.</li>}
        <li>Gas: about {Number(prepared.gas).toLocaleString('en')}, at most {ethOfWei(prepared.feeWei)}.</li>
      </ul>
      {checks.filter(({ isGood }) => isGood === null).map(({ name, text }) => <Note kind="risk" key={name}>{text}</Note>)}
      <details>
        <summary>What was checked, by your wallet’s own node</summary>
        <Checks checks={checks} />
      </details>
      <p class="buttons">
        <button type="button" onClick={send}>Sign and send</button>
        <button type="button" class="second" onClick={cancel}>Not now</button>
      </p>
    </div>
  );
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const word = (isGood: boolean | null) => (isGood === null ? 'mind' : isGood ? 'good' : 'wrong');
  return (
    <ul class="checks">
      {checks.map(({ name, isGood, text }) => <li key={name}><strong>{word(isGood)}:</strong> {text}</li>)}
    </ul>
  );
}
