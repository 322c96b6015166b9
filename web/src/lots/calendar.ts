// The dates of a lot as a calendar file (RFC 5545).

import type { Schedule } from './phases.ts';

/** A date to be reminded of, in seconds since 1970. */
interface Entry {
  id: string;
  time: bigint;
  title: string;
  text: string;
}

const LONGEST_LINE = 70;

/** The file: one entry for each end of a phase. `url` leads back to the page. */
export function calendarOf(chainId: number, auctioneer: string, lot: bigint, schedule: Schedule, url: string): string {
  const entries: Entry[] = [
    {
      id: 'bidding',
      time: schedule.endOfBidding,
      title: `Lot ${lot}: bidding ends`,
      text: 'Until then a bid can be made, changed and taken back.',
    },
    {
      id: 'reveal',
      time: schedule.endOfReveal,
      title: `Lot ${lot}: last moment to open bids`,
      text: 'A sealed bid that is not open by then does not count and costs its bond. Look before, and open it by your receipt if nobody has.',
    },
    { id: 'tally', time: schedule.endOfTally, title: `Lot ${lot}: tally ends`, text: 'Soon after it is decided who pays, and money comes back.' },
  ];
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Consort//page//EN', ...entries.flatMap((entry) => event(entry)), 'END:VCALENDAR'];
  return lines.map((line) => `${fold(line)}\r\n`).join('');

  function event({ id, time, title, text }: Entry): string[] {
    return [
      'BEGIN:VEVENT',
      `UID:${id}-${lot}-${auctioneer.toLowerCase()}-${chainId}@consort`,
      `DTSTAMP:${stamp(time)}`,
      `DTSTART:${stamp(time)}`,
      `SUMMARY:${escaped(title)}`,
      `DESCRIPTION:${escaped(`${text} ${url}`)}`,
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'TRIGGER:-PT1H',
      `DESCRIPTION:${escaped(title)}`,
      'END:VALARM',
      'END:VEVENT',
    ];
  }
}

function stamp(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n');
}

/** Long lines go on in the next, behind a space. */
function fold(line: string): string {
  const parts: string[] = [];
  for (let at = 0; at < line.length; at += LONGEST_LINE) parts.push(line.slice(at, at + LONGEST_LINE));
  return parts.join('\r\n ');
}
