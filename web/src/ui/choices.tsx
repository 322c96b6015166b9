// One of several, chosen.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** One of a few, all seen at once. */
export function Radios<Value extends string>(props: {
  legend: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string; hint: ComponentChildren }[];
}) {
  const name = useId();
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      {props.options.map(({ value, label, hint }) => (
        <label class="tick" key={value}>
          <input type="radio" name={name} value={value} checked={value === props.value} onChange={() => props.onChange(value)} />
          <span>{label}<span class="hint">{hint}</span></span>
        </label>
      ))}
    </fieldset>
  );
}

/** One of many, in a list that opens. */
export function Select(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [string, string])[];
  hint?: ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)} {...(props.hint ? { 'aria-describedby': `${id}h` } : {})}>
        {props.options.map(([value, label]) => <option value={value} key={value}>{label}</option>)}
      </select>
      {props.hint && <p class="hint" id={`${id}h`}>{props.hint}</p>}
    </div>
  );
}
