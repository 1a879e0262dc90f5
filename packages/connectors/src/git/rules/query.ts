import { createHash } from 'node:crypto'
import { canonicalJson } from '@inlet/connector-sdk'
import type { GitConfig } from '../config.js'

/** Stored in cursors, so that a position is used only with the settings it was made with. Pure. */
export const commitFingerprint = (config: GitConfig, ref: string): string => {
  const { since, maxCommits, firstParent, stats, include, exclude } = config
  return fingerprint({ ref, since, maxCommits, firstParent, stats, include, exclude })
}

export const fileFingerprint = (config: GitConfig, ref: string): string => {
  const { include, exclude } = config
  return fingerprint({ ref, include, exclude, content: contentFingerprint(config) })
}

/** Part of a file's validator: different settings for contents yield a different record of the same blob. */
export const contentFingerprint = ({ contents, maxFileBytes }: GitConfig): string => (contents ? String(maxFileBytes) : 'names')

const fingerprint = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 12)

/** Returns git pathspecs equivalent to the include and exclude globs; the magic prefix keeps them from meaning anything else. Pure. */
export const pathspecsOf = ({ include, exclude }: GitConfig): readonly string[] => [
  ...(include.length === 0 && exclude.length > 0 ? [':(glob)**'] : include.map((pattern) => `:(glob)${pattern}`)),
  ...exclude.map((pattern) => `:(exclude,glob)${pattern}`),
]
