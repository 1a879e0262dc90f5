import { createDatabase, untilSchemaReady } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import { withLifecycle } from '@inlet/runtime'
import type { ScribeConfig } from '../config.js'
import { ALIVE_MS } from './start-indexer.js'
import { startIndexing } from './start-indexing.js'

/** The part of `process` through which a scribe and its indexer communicate. */
export interface IndexerHost {
  /** False once the scribe is gone. */
  readonly connected?: boolean
  on(event: 'message' | 'disconnect', listener: () => void): unknown
  send?(message: string): unknown
}

/** Lock, merge, and one for everything in between. */
const CONNECTIONS = 3

/**
 * Composes the indexer: a separate process beside the scribe, since analyzing texts takes more CPU than storing them. A message says that something
 * was stored. It ends with its scribe.
 */
export const composeIndexer = (config: ScribeConfig, context: { log: Logger; signal: AbortSignal }, host: IndexerHost) =>
  withLifecycle(async (lifecycle) => {
    const { log } = context
    // The scribe may end before anything listens, or while waiting for the database.
    const scribeEnded = new AbortController()
    const ended = new Promise<string>((resolve) => {
      const end = (): void => {
        scribeEnded.abort(new Error('its scribe is gone'))
        resolve('its scribe is gone')
      }
      host.on('disconnect', end)
      if (host.connected === false) end()
    })
    const alive = setInterval(() => host.connected !== false && host.send?.('alive'), ALIVE_MS)
    lifecycle.defer('heartbeat', async () => clearInterval(alive))
    const database = createDatabase({
      url: config.DATABASE_URL,
      applicationName: 'inlet-indexer',
      poolSize: CONNECTIONS,
      onError: (error) => log.warn({ err: error }, 'a connection failed; another one is opened when needed'),
    })
    lifecycle.defer('database', () => database.close())
    const ending = AbortSignal.any([context.signal, scribeEnded.signal])
    await untilSchemaReady(database, ending)
    const indexing = await startIndexing(database, log, ending)
    lifecycle.defer('indexing', () => indexing.stop())
    host.on('message', () => indexing.wake())
    log.info({}, 'indexer ready')
    return { ended }
  })
