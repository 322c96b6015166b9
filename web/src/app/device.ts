// What this browser keeps for the page. One that keeps nothing (a private window, a full disk) forgets at the next load.

/** Strings by name. */
export interface Kept {
  get: (name: string) => string | null;
  /** Whether it outlives the page. */
  set: (name: string, value: string) => boolean;
  remove: (name: string) => void;
}

/** Keeps in `storage` what can be kept there, and in memory what cannot. */
export function keeping(storage: () => Storage): Kept {
  const memory = new Map<string, string>();
  const attempt = <T>(act: (kept: Storage) => T): T | null => {
    try {
      return act(storage());
    } catch {
      return null;
    }
  };
  return {
    get: (name) => memory.get(name) ?? attempt((kept) => kept.getItem(name)),
    set: (name, value) => {
      const lasts = attempt((kept) => (kept.setItem(name, value), true)) !== null;
      if (lasts) memory.delete(name);
      else memory.set(name, value);
      return lasts;
    },
    remove: (name) => {
      memory.delete(name);
      attempt((kept) => kept.removeItem(name));
    },
  };
}

export const device: Kept = keeping(() => localStorage);
