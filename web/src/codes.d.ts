declare module 'consort-codes' {
  import type { Hex } from 'viem';

  /** By contract the digest of its code with its immutables set to zero, and at which byte each begins. */
  const codes: Readonly<Record<string, { digest: Hex; places: readonly number[] }>>;
  export default codes;
}
