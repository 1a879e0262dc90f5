import { Failure } from '@inlet/connector-sdk'
import type { FileConnection } from './connection.js'

/** How many files are tried before a refusal is reported. */
const MAX_TRIED = 20

/**
 * Resolves when at least one file matches and can be opened. Throws PATH_NOT_ALLOWED, PATH_ESCAPE, FILE_NOT_READABLE,
 * NOT_A_REGULAR_FILE, or NOT_FOUND_UPSTREAM for a missing file or folder and when nothing matches.
 */
export const check = async (connection: FileConnection, signal: AbortSignal): Promise<void> => {
  const listing = await connection.openListing()
  let refused: Failure | undefined
  let tried = 0
  for await (const entry of listing.items(signal)) {
    try {
      if ('failure' in entry) throw entry.failure
      await (await entry.item.open(signal)).close()
      return
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      refused ??= thrown
      if (++tried >= MAX_TRIED) break
    }
  }
  throw refused ?? new Failure('NOT_FOUND_UPSTREAM', 'no file matches the settings now; later runs read any that appear', { field: 'config.paths' })
}
