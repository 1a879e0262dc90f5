import { createHash } from 'node:crypto'

/** Compares two sets of keys of any size by 8 bytes each: equal sets have equal sums, others all but never. */
export interface KeySum {
  add(key: string): void
  /** 16 hex digits. */
  value(): string
}

export const createKeySum = (): KeySum => {
  let sum = 0n
  return {
    add(key) {
      sum = (sum + createHash('sha256').update(key).digest().readBigUInt64BE()) & 0xffff_ffff_ffff_ffffn
    },
    value: () => sum.toString(16).padStart(16, '0'),
  }
}
