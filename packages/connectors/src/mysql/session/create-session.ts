import { setTimeout as delay } from 'node:timers/promises'
import type { FieldPacket } from 'mysql2'
import type { Target } from '../../sql/dialect.js'
import type { Chunk, RawRow } from '../../sql/read/row-source.js'
import type { Field, SqlSession, Statement } from '../../sql/session/session.js'
import { CLIENT_GRACE_MS, GOODBYE_MS, withinLimit } from '../../sql/session/within-limit.js'
import type { MysqlConfig } from '../config.js'
import { type ColumnType, columnTypeOf, type FieldInfo } from '../values/column-type.js'
import { checkRole } from './check-role.js'
import { IDENTITY_SQL, killStatement } from './kill-statement.js'
import { type OpenClient, openClient } from './open-client.js'
import { createDecode, startRows } from './row-stream.js'
import { sessionSettings, withStreamLimit } from './session-settings.js'

interface Live {
  readonly open: OpenClient
  readonly identity: RawRow
  broken: boolean
  /** Number of statements that the server may still be working on. */
  busy: number
  inTransaction: boolean
}

/** Logs in and creates a session. Throws what opening a client throws. */
export const openSession = async (target: Target<MysqlConfig>, signal: AbortSignal): Promise<SqlSession<ColumnType>> => {
  const { config } = target
  const closing = new AbortController()
  let live = await connect(target, signal)
  const mariadb = live.identity.at(-1)?.toLowerCase().includes('mariadb') === true

  async function* rows({ text }: Pick<Statement, 'text'>): AsyncGenerator<Chunk, void, void> {
    const current = live
    const limitMs = config.statementTimeoutSeconds * 1000
    current.busy++
    const stream = startRows(current.open.client, withStreamLimit(text, mariadb), config.fetchSize)
    while (!stream.ended) {
      const chunk = await limited(current, limitMs, stream.take())
      if (stream.ended) current.busy--
      if (chunk.rows.length > 0) yield chunk
    }
  }
  const drop = async (current: Live): Promise<void> => {
    const busy = current.busy > 0
    current.broken = true
    current.open.destroy()
    if (busy) await killStatement(target, current)
  }
  const begin = async (): Promise<void> => {
    await run(live, config, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    live.inTransaction = true
  }
  const commit = async (): Promise<void> => {
    // There is no other way to stop a statement whose rows no one wants any more.
    if (live.busy > 0) return await drop(live)
    await run(live, config, 'COMMIT')
    live.inTransaction = false
  }

  const query = async (text: string) => (await run(live, config, text)).rows
  const majorVersion = Number.parseInt(live.identity.at(-1) ?? '', 10) || 0

  return {
    query,
    check: () => checkRole({ query, mariadb, majorVersion }, config),
    describe: async (text) => (await run(live, config, `${text}\nLIMIT 0`)).fields,
    rows,
    begin,
    commit,
    async renew() {
      await commit()
      if (live.broken) live = await connect(target, closing.signal)
      await begin()
    },
    get reusable() {
      return !live.broken && !live.inTransaction && live.busy === 0
    },
    async abandon() {
      closing.abort()
      await drop(live)
    },
    async close() {
      closing.abort()
      const { open, broken } = live
      const goodbye = new Promise<void>((resolve) => open.client.end(() => resolve()))
      if (!broken) await Promise.race([goodbye, open.lost.catch(() => undefined), delay(GOODBYE_MS, undefined, { ref: false })])
      live.broken = true
      open.destroy()
    },
  }
}

const connect = async (target: Target<MysqlConfig>, signal: AbortSignal): Promise<Live> => {
  const open = await openClient(target, signal)
  const live: Live = { open, identity: [], broken: false, busy: 0, inTransaction: false }
  open.lost.catch(() => {
    live.broken = true
  })
  const stop = (): void => open.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const [identity = []] = (await run(live, target.config, IDENTITY_SQL)).rows
    const mariadb = identity.at(-1)?.toLowerCase().includes('mariadb') === true
    for (const setting of sessionSettings(target.config, mariadb)) await run(live, target.config, setting)
    return Object.assign(live, { identity })
  } catch (error) {
    open.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const run = async (live: Live, config: MysqlConfig, text: string) => {
  live.busy++
  const answer = await limited(live, config.statementTimeoutSeconds * 1000 + CLIENT_GRACE_MS, send(live.open, text))
  live.busy--
  return answer
}

const send = ({ client }: OpenClient, text: string) =>
  new Promise<{
    readonly rows: readonly RawRow[]
    readonly fields: readonly Field<ColumnType>[]
  }>((resolve, reject) => {
    client.query({ sql: text, rowsAsArray: true, typeCast: false }, (error: Error | null, result: unknown, packets?: readonly FieldPacket[]) => {
      if (error) return reject(error)
      const fields = (packets ?? []).map((field) => ({ name: field.name, type: columnTypeOf(field as FieldInfo) }))
      const decoders = fields.map((field) => createDecode(field.type))
      const rows = Array.isArray(result) ? (result as (Buffer | null)[][]) : []
      resolve({ fields, rows: rows.map((row) => row.map((cell, at) => (cell === null ? null : (decoders[at]?.(cell) ?? '')))) })
    })
  })

/** A connection that has seen any error is not used again. */
const limited = async <T>(live: Live, limitMs: number, work: Promise<T>): Promise<T> => {
  try {
    return await withinLimit(limitMs, Promise.race([work, live.open.lost]))
  } catch (error) {
    live.broken = true
    throw error
  }
}
