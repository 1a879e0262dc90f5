import type { Caveat, CaveatKind } from '@inlet/connector-sdk'

/** One thing that was looked at, and whether the kind concerns it. */
export const caveatIf = (kind: CaveatKind, concerned: boolean, example: string): Caveat =>
  concerned ? { kind, count: 1, of: 1, example } : { kind, count: 0, of: 1 }
