import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'
import type { QueryArrayConfig } from 'pg'
import type { PostgresConfig } from '../config.js'
import { cancelBackend } from './cancel-backend.js'
import type { OpenClient } from './open-client.js'
import type { Session, Values } from './session.js'
import { streamPortal } from './stream-portal.js'
import { transactionSettings } from './transaction-settings.js'

/** Milliseconds the client waits beyond the server's own statement timeout. */
const CLIENT_GRACE_MS = 5000
const GOODBYE_MS = 1000
const RAW_TYPES = { getTypeParser: () => (text: string) => text } as unknown as NonNullable<QueryArrayConfig['types']>
const RAW = { rowMode: 'array', queryMode: 'extended', types: RAW_TYPES } as const

/** A session on a client that has logged in. */
export const createSession = (open: OpenClient, config: PostgresConfig): Session => {
  const { client } = open
  const limitMs = config.statementTimeoutSeconds * 1000 + CLIENT_GRACE_MS
  const state = { broken: false, inTransaction: false, portals: 0 }
  const broken = (): void => void (state.broken = true)
  client.once('end', broken)
  client.once('error', broken)

  /** The client's own limit, for a server that does not keep its. */
  const limited = async <T>(work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Failure('SQL_TIMEOUT', `the server has not answered within ${limitMs / 1000} s`))
        open.destroy()
      }, limitMs)
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      state.broken = true
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
  const run = (text: string, values: Values = []) => {
    const query = { ...RAW, text, values: [...values] }
    return limited(client.query<(string | null)[]>(query))
  }

  return {
    query: async (text, values) => (await run(text, values)).rows,
    describe: async (text) => (await run(`${text}\nLIMIT 0`)).fields,
    rows: (text, values = []) => {
      const portal = `inlet_${++state.portals}`
      return streamPortal(client, { portal, text, values, fetchSize: config.fetchSize, limited })
    },
    async begin() {
      await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      state.inTransaction = true
      const settings = transactionSettings(config)
      const calls = settings.map((_setting, index) => `pg_catalog.set_config($${2 * index + 1}, $${2 * index + 2}, true)`)
      await run(`SELECT ${calls.join(', ')}`, settings.flat())
    },
    async commit() {
      await run('COMMIT')
      state.inTransaction = false
    },
    get reusable() {
      return !state.broken && !state.inTransaction
    },
    async abandon() {
      state.broken = true
      open.destroy()
      await cancelBackend(open, config)
    },
    async close() {
      if (!state.broken) await Promise.race([client.end().catch(() => undefined), delay(GOODBYE_MS, undefined, { ref: false })])
      state.broken = true
      open.destroy()
    },
  }
}
