// Reading that may take a while, or fail.

import { useEffect, useState } from 'preact/hooks';

import { explain, isSilence } from '../chain/errors.ts';

/** What was read; while it is read again, or cannot be, the last value stays. `flaw`: why it could not be read again. */
export type Loaded<T> = { state: 'loading' } | { state: 'ready'; value: T; flaw: string | null } | { state: 'failed'; text: string };

const RETRY_MS = 5_000;

/** What stands after a reading failed: a value that was read before, and what hangs on it (a bid half typed, a transaction under way),
 * outlive a connection that is lost for a moment. */
export function afterFailure<T>(before: Loaded<T>, text: string): Loaded<T> {
  return before.state === 'ready' ? { ...before, flaw: text } : { state: 'failed', text };
}

/** Reads when one of `inputs` changes, and again after a node did not answer. The answer to an older question is never shown for a
 * newer one. */
export function useLoaded<T>(read: () => Promise<T>, inputs: readonly unknown[], key: string): Loaded<T> {
  const [found, setFound] = useState<{ key: string; loaded: Loaded<T> }>({ key, loaded: { state: 'loading' } });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const failed = (error: unknown) => {
      if (!isCurrent) return;
      setFound((before) => ({ key, loaded: afterFailure(before.key === key ? before.loaded : { state: 'loading' }, explain(error)) }));
      if (isSilence(error)) timer = setTimeout(() => setAttempt((count) => count + 1), RETRY_MS);
    };
    read().then((value) => isCurrent && setFound({ key, loaded: { state: 'ready', value, flaw: null } }), failed);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, attempt, ...inputs]);
  return found.key === key ? found.loaded : { state: 'loading' };
}
