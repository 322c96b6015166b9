// The pieces that views are made of.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Address, Hex } from 'viem';

import { type Route, go, hrefOf } from '../app/route.ts';
import type { Loaded } from '../app/loading.ts';
import { explorerUrl } from '../chain/node.ts';

/** A link to another view of the page. */
export function Go({ to, children, current }: { to: Partial<Route>; children: ComponentChildren; current?: boolean }) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
    window.scrollTo(0, 0);
  };
  return (
    <a href={hrefOf(to, location.search)} onClick={follow} {...(current ? { 'aria-current': 'page' as const } : {})}>
      {children}
    </a>
  );
}

/** A part of a view under a heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** Terms and what they are. Rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl>
      {rows
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Something to know: said by a word, not by colour alone; by the usual one of its kind where no other is named. `isLive`: it is read
 * out when it appears. */
export function Note(props: { kind: 'risk' | 'error' | 'good' | 'plain'; word?: string; isLive?: boolean; children: ComponentChildren }) {
  const { kind, isLive, children } = props;
  const word = props.word ?? { risk: 'Mind: ', error: 'Not possible: ', good: 'Done: ', plain: '' }[kind];
  return (
    <div class={`note ${kind}`} {...(isLive ? { role: kind === 'error' ? 'alert' : 'status' } : {})}>
      {word && <strong>{word}</strong>}
      {children}
    </div>
  );
}

/** An address, shortened, whole in its title, with a link to the chain's explorer where there is one. */
export function Account({ address, chainId, isYou }: { address: Address; chainId: number; isYou?: boolean }) {
  const url = explorerUrl(chainId, 'address', address);
  const text = <Short address={address} />;
  return (
    <span class="account">
      {url === null ? text : <a href={url} rel="noreferrer" target="_blank">{text}</a>}
      {isYou && ' (you)'}
    </span>
  );
}

/** An address, shortened, without a link. */
export function Short({ address }: { address: Address }) {
  return <code title={address}>{address.slice(0, 8)}…{address.slice(-6)}</code>;
}

/** An address or a hash in full, to compare and copy. */
export function Whole({ text }: { text: string }) {
  return <code class="whole">{text}</code>;
}

/** A transaction, with a link to the chain's explorer where there is one. */
export function Transaction({ hash, chainId }: { hash: Hex; chainId: number }) {
  const url = explorerUrl(chainId, 'tx', hash);
  const text = <code class="whole">{hash}</code>;
  return url === null ? text : <a href={url} rel="noreferrer" target="_blank">{text}</a>;
}

/** A field with its label, a hint, and what is wrong with what was typed. */
export function Field(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  flaw?: string | null;
  inputMode?: 'decimal' | 'numeric' | 'text' | 'url';
  type?: 'text' | 'datetime-local';
  isRequired?: boolean;
}) {
  const id = useId();
  const { label, value, onInput, hint, flaw, inputMode = 'text', type = 'text', isRequired } = props;
  const described = [hint ? `${id}h` : '', flaw ? `${id}f` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...(type === 'text' ? { type } : { type: 'datetime-local' as const })}
        value={value}
        inputMode={inputMode}
        autocomplete="off"
        spellcheck={false}
        required={isRequired ?? false}
        aria-invalid={flaw ? 'true' : 'false'}
        {...(described ? { 'aria-describedby': described } : {})}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && <p class="hint" id={`${id}h`}>{hint}</p>}
      {flaw && <p class="flaw" id={`${id}f`}>{flaw}</p>}
    </div>
  );
}

/** A box to tick. */
export function Tick({ label, isOn, onChange }: { label: ComponentChildren; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** A table that scrolls within itself where it is too wide. */
export function Table({ caption, head, rows }: { caption: string; head: readonly string[]; rows: readonly (readonly ComponentChildren[])[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>{head.map((name) => <th scope="col" key={name}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => <tr key={i}>{cells.map((cell, j) => <td key={j}>{cell}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

/** What was read, with a word if it may be old; or that it is being read, or why not. */
export function Ready<T>({ loaded, what, children }: { loaded: Loaded<T>; what: string; children: (value: T) => ComponentChildren }) {
  if (loaded.state === 'loading') return <p role="status" class="quiet">Reading {what} …</p>;
  if (loaded.state === 'failed') return <Note kind="error" isLive>{what} cannot be read. {loaded.text}</Note>;
  return (
    <>
      {loaded.flaw !== null && <Note kind="risk" isLive>{what} could not be read again: this is as it was. {loaded.flaw}</Note>}
      {children(loaded.value)}
    </>
  );
}

/** A heading that has the focus when it appears, so that a keyboard and a screen reader are where the page is. */
export function Heading({ children }: { children: ComponentChildren }) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return <h1 ref={place} tabIndex={-1}>{children}</h1>;
}

/** A text to copy. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  return (
    <p class="copy">
      <code class="whole">{text}</code>
      <button type="button" class="second" onClick={copy}>{label}</button>
      <span role="status">{isCopied ? 'Copied.' : ''}</span>
    </p>
  );
}

/** Hands a file to the browser to keep. */
export function download(name: string, text: string, type: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
