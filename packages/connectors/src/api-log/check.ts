import { Failure } from '@inlet/connector-sdk'
import type { LogConfig } from './config.js'
import type { LogConnection } from './connection.js'
import { createLineBlocks } from './files/line-blocks.js'
import { type LogFile, listLogs } from './files/list-logs.js'
import { openLog } from './files/open-log.js'
import { createLineToRecord } from './files/read-line.js'

const MAX_TRIED = 20
const MAX_LINES = 100

/**
 * Resolves when a log can be opened and one of its first lines can be read. Throws PATH_NOT_ALLOWED, PATH_ESCAPE, PERMISSION_DENIED,
 * NOT_FOUND_UPSTREAM when a folder is missing or nothing matches, and CONTENT_MISMATCH when no line fits the format.
 */
export const check = async (connection: LogConnection, signal: AbortSignal): Promise<void> => {
  const logs = await listLogs(connection, signal)
  let refused: Failure | undefined
  for (const log of logs.slice(-MAX_TRIED).reverse()) {
    try {
      if ('failure' in log) throw log.failure
      await tryLog(connection, log, signal)
      return
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      refused ??= thrown
    }
  }
  throw refused ?? new Failure('NOT_FOUND_UPSTREAM', 'no file matches the settings now; later runs read any that appear', { field: 'config.paths' })
}

/** An empty log passes. */
const tryLog = async ({ ctx }: LogConnection, file: LogFile, signal: AbortSignal): Promise<void> => {
  const { handle } = await ctx.files.open(file.path)
  try {
    const log = await openLog(handle, ctx.config, signal)
    const lines = createLineToRecord(unfiltered(ctx.config)).of(file, log.head ?? '')
    let refused: string | undefined
    let seen = 0
    for await (const chunk of log.bytes(0)) {
      for (const block of createLineBlocks(0, ctx.config.maxLineBytes).push(chunk)) {
        if (block.kind !== 'lines') continue
        for (const line of lines.split(block.bytes)) {
          const outcome = lines.read(line, line.from, ++seen)
          if (outcome === null) continue
          if (!('reason' in outcome)) return
          refused ??= outcome.message
          if (seen >= MAX_LINES) break
        }
      }
      break
    }
    if (refused !== undefined) throw new Failure('CONTENT_MISMATCH', `no line could be read: ${refused}`, { field: 'config.format' })
  } finally {
    await handle.close()
  }
}

const unfiltered = (config: LogConfig): LogConfig => {
  const { since: _since, until: _until, ...rest } = config
  return { ...rest, status: [], methods: [], endpoints: [], excludeEndpoints: [] }
}
