// Times: seconds since 1970 in contracts; people read their own clock, and how long is left.

const MINUTE = 60n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;

/** A moment by the reader's clock. */
export function moment(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A moment by everybody's clock. */
export function UTC(seconds: bigint): string {
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long it is, in its two largest parts. */
export function duration(seconds: bigint): string {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${seconds / MINUTE} min ${seconds % MINUTE} s`;
  if (seconds < DAY) return `${seconds / HOUR} h ${(seconds % HOUR) / MINUTE} min`;
  return `${seconds / DAY} ${seconds / DAY === 1n ? 'day' : 'days'} ${(seconds % DAY) / HOUR} h`;
}

/** A moment as a field of local time takes it, to the minute. */
export function localInput(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field holds; null if it holds none. */
export function parseLocal(text: string): bigint | null {
  const time = new Date(text).getTime();
  return Number.isNaN(time) ? null : BigInt(Math.floor(time / 1000));
}
