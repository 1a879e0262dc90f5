import type { BigIntStats } from 'node:fs'

/** The change time is part of it: a copy that keeps the modification time still sets it. */
export const fileSignature = (mark: string, stat: BigIntStats): string =>
  [mark, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => (typeof part === 'bigint' ? part.toString(36) : part)).join('.')

export const uploadSignature = (mark: string, sha256: string): string => `${mark}.${sha256}`
