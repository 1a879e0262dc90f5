import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'
import type { QueryArrayConfig } from 'pg'
import type { SqlSession, Statement } from '../../sql/session/session.js'
import { CLIENT_GRACE_MS, GOODBYE_MS, withinLimit } from '../../sql/session/within-limit.js'
import type { PostgresConfig } from '../config.js'
import { cancelBackend } from './cancel-backend.js'
import { checkRole } from './check-role.js'
import type { OpenClient } from './open-client.js'
import { streamPortal } from './stream-portal.js'

const RAW_TYPES = { getTypeParser: () => (text: string) => text } as unknown as NonNullable<QueryArrayConfig['types']>
const RAW = { rowMode: 'array', queryMode: 'extended', types: RAW_TYPES } as const

/** Creates a session on a client that has logged in. */
export const createSession = (open: OpenClient, config: PostgresConfig): SqlSession<number> => {
  const { client } = open
  const limitMs = config.statementTimeoutSeconds * 1000 + CLIENT_GRACE_MS
  const state = { broken: false, inTransaction: false, portals: 0 }
  const broken = (): void => void (state.broken = true)
  client.once('end', broken)
  client.once('error', broken)

  const limited = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await withinLimit(limitMs, work)
    } catch (error) {
      state.broken = true
      if (error instanceof Failure) open.destroy()
      throw error
    }
  }
  const run = (text: string, values: Statement['values'] = []) => {
    const query = { ...RAW, text, values: [...values] }
    return limited(client.query<(string | null)[]>(query))
  }

  const query = async (text: string, values?: Statement['values']) => (await run(text, values)).rows
  const begin = async (): Promise<void> => {
    await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    state.inTransaction = true
    const settings = transactionSettings(config)
    const calls = settings.map((_setting, index) => `pg_catalog.set_config($${2 * index + 1}, $${2 * index + 2}, true)`)
    await run(`SELECT ${calls.join(', ')}`, settings.flat())
  }
  const commit = async (): Promise<void> => {
    await run('COMMIT')
    state.inTransaction = false
  }

  return {
    query,
    describe: async (text) => (await run(`${text}\nLIMIT 0`)).fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })),
    rows: ({ text, values }) => {
      const portal = `inlet_${++state.portals}`
      return streamPortal(client, { portal, text, values, fetchSize: config.fetchSize, limited })
    },
    begin,
    commit,
    async renew() {
      await commit()
      await begin()
    },
    check: () => checkRole({ query }, config),
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

/**
 * Idle time in milliseconds after which the server may end a transaction: longer than backpressure
 * lasts, shorter than a dead worker may hold a snapshot.
 */
const IDLE_IN_TRANSACTION_MS = 900_000
const LOCK_WAIT_MS = 10_000

/** Local to the transaction, so that nothing leaks through a pooler between us and the server. The converters rely on the formats. */
const transactionSettings = (config: PostgresConfig): readonly (readonly [name: string, value: string])[] => [
  ['statement_timeout', String(config.statementTimeoutSeconds * 1000)],
  ['lock_timeout', String(Math.min(LOCK_WAIT_MS, config.statementTimeoutSeconds * 1000))],
  ['idle_in_transaction_session_timeout', String(IDLE_IN_TRANSACTION_MS)],
  ['client_encoding', 'UTF8'],
  ['timezone', 'UTC'],
  ['datestyle', 'ISO, YMD'],
  ['intervalstyle', 'iso_8601'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '3'],
  ['xmlbinary', 'base64'],
  ['jit', 'off'],
]
