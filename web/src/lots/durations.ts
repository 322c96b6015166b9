// Lengths of time as people say them: "3 days", "2 h 30 min", "90 min".

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const UNITS: readonly { names: readonly string[]; seconds: number }[] = [
  { names: ['weeks', 'week', 'w'], seconds: WEEK },
  { names: ['days', 'day', 'd'], seconds: DAY },
  { names: ['hours', 'hour', 'hrs', 'hr', 'h'], seconds: HOUR },
  { names: ['minutes', 'minute', 'mins', 'min', 'm'], seconds: MINUTE },
  { names: ['seconds', 'second', 'secs', 'sec', 's'], seconds: 1 },
];

/** Seconds in what somebody wrote, null if it is no length of time: a number always needs its unit. */
export function parseDuration(text: string): number | null {
  const parts = [...text.trim().toLowerCase().matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]+)/g)];
  const rest = text.trim().toLowerCase().replace(/(\d+(?:[.,]\d+)?)\s*([a-z]+)/g, '').replace(/\band\b|[\s,]/g, '');
  if (parts.length === 0 || rest !== '') return null;
  let seconds = 0;
  for (const [, amount, name] of parts) {
    const unit = UNITS.find((one) => one.names.includes(name ?? ''));
    if (unit === undefined) return null;
    seconds += Number((amount ?? '').replace(',', '.')) * unit.seconds;
  }
  return Number.isFinite(seconds) ? Math.round(seconds) : null;
}

/** The same the other way: its two largest parts, "2 days 3 hours", exact below two parts. Negative ones count as none. */
export function sayDuration(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const said: string[] = [];
  for (const { names, seconds: size } of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) said.push(`${count} ${count === 1 ? names[1] : names[0]}`);
    if (said.length === 2) break;
  }
  return said.length === 0 ? 'no time' : said.join(' ');
}
