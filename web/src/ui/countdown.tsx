// How long is left, by the chain's clock.

import { useEffect, useState } from 'preact/hooks';

import { useSession } from '../app/context.ts';
import { duration, moment } from './time.ts';

/** The chain's time now: that of its last block, and the seconds since it was read. Null before any was. */
export function useNow(): bigint | null {
  const { block } = useSession();
  const [read, setRead] = useState(Date.now());
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setRead(Date.now());
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [block?.number, block?.time]);
  return block === null ? null : block.time + BigInt(Math.max(0, Math.floor((now - read) / 1000)));
}

/** Until when, and how long that is. Not read out at every second. */
export function Countdown({ end }: { end: bigint }) {
  const now = useNow();
  const isOver = now !== null && now >= end;
  return (
    <span>
      until <time dateTime={new Date(Number(end) * 1000).toISOString()}>{moment(end)}</time>
      {now !== null && <span class="quiet"> ({isOver ? 'over' : `${duration(end - now)} left`})</span>}
    </span>
  );
}
