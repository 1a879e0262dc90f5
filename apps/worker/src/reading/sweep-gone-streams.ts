import type { LeasedRun } from '@inlet/db'
import type { PageWriter } from '../writing/run-writer.js'

export interface GoneStreams {
  /** What the source has stored. */
  readonly known: LeasedRun['streams']
  /** The streams it has now; with none, nothing shows that the others are gone. */
  readonly listed: readonly { readonly name: string }[]
  readonly signal: AbortSignal
}

/**
 * Sweeps the streams that a source no longer has, such as a table that was renamed: nothing else would ever read them again, and their records would
 * be taken for current. Only streams that sweeps applied to; a log keeps what it recorded. A list without a stream is no proof,
 * since a user who may not see a table does not get it listed either, so the deletion always waits for a confirmation.
 */
export const sweepGoneStreams = async (pages: Pick<PageWriter, 'begin' | 'write'>, { known, listed, signal }: GoneStreams): Promise<void> => {
  if (listed.length === 0) return
  const present = new Set(listed.map(({ name }) => name))
  for (const [name, { isSwept }] of known) {
    if (!isSwept || present.has(name)) continue
    await pages.begin(name, { again: false, signal })
    await pages.write(name, { records: [], sweep: {}, gone: true }, signal)
  }
}
