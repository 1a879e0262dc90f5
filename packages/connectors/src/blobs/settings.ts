import { z } from 'zod'
import { checkReading, type ReadingConfig, readingShape } from '../files/settings.js'
import { checkPattern } from '../parsing/listing/glob.js'

const patterns = z.array(z.string().min(1).max(1024)).max(100).default([])

/** Which blobs of a store are read, and how: the settings that all blob stores share. */
export const blobShape = {
  prefix: z.string().max(1024).default('').describe('Only blobs whose name starts with this, e.g. `exports/2024/`. The store itself filters by it.'),
  include: patterns.describe('Globs (`*`, `?`, `[a-z]`, `{a,b}`, `**`) of whole names, e.g. `exports/**/*.csv`; none: all.'),
  exclude: patterns.describe('Globs of whole names to leave out, e.g. `**/_temporary/**`.'),
  ...readingShape,
}

export type BlobConfig = ReadingConfig & { readonly prefix: string; readonly include: readonly string[]; readonly exclude: readonly string[] }

/** Checks what the schema cannot express. Throws VALIDATION_FAILED with the field. */
export const checkBlobSettings = (config: BlobConfig): void => {
  for (const list of ['include', 'exclude'] as const)
    for (const [index, pattern] of config[list].entries()) checkPattern(pattern, `config.${list}.${index}`)
  checkReading(config)
}
