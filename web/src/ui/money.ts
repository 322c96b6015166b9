// Money: units of 1 gwei in files and contracts, ETH for people.

import { formatUnits } from 'viem';

export const UNIT = 10n ** 9n;
const UNIT_DIGITS = 9;
const MOST_UNITS = 2n ** 64n - 1n;

/** An amount in units as people read it. */
export function eth(units: bigint): string {
  const [whole = '0', part] = formatUnits(units, UNIT_DIGITS).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${part === undefined ? grouped : `${grouped}.${part}`} ETH`;
}

/** An amount in units as it is typed. */
export function plainEth(units: bigint): string {
  return formatUnits(units, UNIT_DIGITS);
}

/** An amount in wei as people read it, to a unit, rounded up: for gas. */
export function ethOfWei(wei: bigint): string {
  return eth((wei + UNIT - 1n) / UNIT);
}

/** The units of an amount typed in ETH; or a string that says what is wrong with it. */
export function parseEth(text: string): bigint | string {
  const found = /^\s*([0-9]{0,12})(?:[.,]([0-9]*))?\s*$/.exec(text);
  const [, whole = '', part = ''] = found ?? [];
  if (found === null || whole + part === '') return 'Write an amount in ETH, such as 0.06.';
  // 1,000 is a thousand to some and one to others: it has been money of people who meant the other
  if (/^\s*0*[1-9][0-9]*,[0-9]{3}\s*$/.test(text)) return `Write ${whole}${part} or ${whole}.${part}: a comma there can mean either.`;
  if (part.replace(/0+$/, '').length > UNIT_DIGITS) return 'The smallest amount is 0.000000001 ETH.';
  const units = BigInt(whole || '0') * UNIT + BigInt(part.padEnd(UNIT_DIGITS, '0').slice(0, UNIT_DIGITS));
  return units > MOST_UNITS ? 'More than a deposit can hold.' : units;
}

/** A share in basis points as people read it. */
export function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
