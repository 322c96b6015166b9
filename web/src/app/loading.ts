// Reading that may take a while, or fail.

import { useEffect, useState } from 'preact/hooks';

import { explain } from '../chain/errors.ts';

/** What was read; while it is read again the last value stays. */
export type Loaded<T> = { state: 'loading' } | { state: 'ready'; value: T } | { state: 'failed'; text: string };

/** Reads when one of `inputs` changes. The answer to an older question is never shown for a newer one. */
export function useLoaded<T>(read: () => Promise<T>, inputs: readonly unknown[], key: string): Loaded<T> {
  const [found, setFound] = useState<{ key: string; loaded: Loaded<T> }>({ key, loaded: { state: 'loading' } });
  useEffect(() => {
    let isCurrent = true;
    read().then(
      (value) => isCurrent && setFound({ key, loaded: { state: 'ready', value } }),
      (error: unknown) => isCurrent && setFound({ key, loaded: { state: 'failed', text: explain(error) } }),
    );
    return () => void (isCurrent = false);
  }, [key, ...inputs]);
  return found.key === key ? found.loaded : { state: 'loading' };
}
