import { createHash } from 'node:crypto'
import type { Page } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import type { Listing } from '../listing/item.js'
import { hasRows, parseValidator } from './file-validator.js'
import { archivesOf } from './member-key.js'
import { ROWS } from './row-record.js'

export interface VanishedOptions {
  /** Sum of the files with rows that exist now. */
  readonly listed: string
  /** The same at the end of the previous pass; null if there was none or it did not complete. */
  readonly before: string | null
  readonly signal: AbortSignal
}

/**
 * Sweeps the rows of files that are gone. `files` names them, unless a run ended between storing rows and storing
 * their file: then the sum of the previous pass differs from that of `files`, and the rows themselves are scanned.
 */
export async function* sweepVanished(connection: ItemConnection, listing: Listing, options: VanishedOptions): AsyncGenerator<Page, void, void> {
  const { listed, before, signal } = options
  const { known } = connection.ctx
  const recorded = createKeySum()
  for await (const { key, validator } of known.entries('files')) if (hasRows(parseValidator(validator))) recorded.add(key)
  const inFiles = recorded.value()
  if (inFiles === before) {
    if (inFiles !== listed) yield* sweepGone(rowFiles(connection), listing, signal)
  } else yield* sweepGone(scopesOfRows(connection), listing, signal)
}

async function* rowFiles({ ctx }: ItemConnection): AsyncGenerator<string, void, void> {
  for await (const { key, validator } of ctx.known.entries('files')) if (hasRows(parseValidator(validator))) yield key
}

/** Yields the file of every row; the keys are sorted, so each file appears once or little more. */
async function* scopesOfRows({ ctx }: ItemConnection): AsyncGenerator<string, void, void> {
  let last: string | undefined
  for await (const { key } of ctx.known.entries(ROWS)) {
    const scope = (JSON.parse(key) as readonly string[])[0]
    if (scope === undefined || scope === last) continue
    last = scope
    yield scope
    // The scope of an archive's rows is its own key.
    yield* archivesOf(scope)
  }
}

async function* sweepGone(keys: AsyncIterable<string>, listing: Listing, signal: AbortSignal): AsyncGenerator<Page, void, void> {
  for await (const key of keys) {
    signal.throwIfAborted()
    if (await listing.isGone(key)) yield { records: [], sweep: { scope: key } }
  }
}

/** Compares two sets of keys of any size by 8 bytes each: equal sets have equal sums, different sets almost never. */
interface KeySum {
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
