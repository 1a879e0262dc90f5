import { EventEmitter } from 'node:events'
import { createLogger } from '@inlet/observability'
import { until } from '@inlet/testing'
import { expect, it } from 'vitest'
import { scribeEnv } from '../config.js'
import { composeIndexer } from './compose-indexer.js'

// Nothing listens there, so it would wait forever.
const config = scribeEnv.parse({ DATABASE_URL: 'postgres://inlet@127.0.0.1:1/inlet' })
const compose = (host: EventEmitter & { connected: boolean; send?: (word: string) => void }) =>
  composeIndexer(config, { log: createLogger({ level: 'silent', name: 'indexer' }), signal: new AbortController().signal }, host)

it('ends without a database if its scribe ended before it listened', async () => {
  await expect(compose(Object.assign(new EventEmitter(), { connected: false }))).rejects.toThrow('its scribe is gone')
})

it('ends while waiting for the database if its scribe ends', async () => {
  const host = Object.assign(new EventEmitter(), { connected: true })
  const composed = compose(host)
  host.emit('disconnect')
  await expect(composed).rejects.toThrow('its scribe is gone')
})

it('reports that it is alive, even while waiting for the database', async () => {
  const said: string[] = []
  const host = Object.assign(new EventEmitter(), { connected: true, send: (word: string) => void said.push(word) })
  const composed = compose(host)
  await until(() => said.length > 0)
  host.emit('disconnect')
  await expect(composed).rejects.toThrow('its scribe is gone')
})
