import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure, type SourceRecord } from '@inlet/domain'
import { z } from 'zod'
import { type Connection, type Connector, type Cursor, complete, defineConnector, type Page } from '../../connector.js'
import type { ConnectorContext } from '../../context.js'
import type { ToyItem, ToySource } from './toy-source.js'

/** What a toy does wrong, each named after what the suite must notice. */
export type ToyDefect =
  | 'lax-schema'
  | 'undescribed-field'
  | 'secret-in-config'
  | 'one-reason-for-all'
  | 'loses-on-resume'
  | 'keys-differ-by-run'
  | 'rewrites-on-resume'
  | 'unstable-content'
  | 'misses-changes'
  | 'no-cursor'
  | 'accepts-any-cursor'
  | 'cursor-ahead-of-page'
  | 'crashes-on-garbage'
  | 'ignores-drift'
  | 'ignores-abort'
  | 'leaves-child'
  | 'leaves-socket'
  | 'leaves-file'
  | 'secret-in-log'
  | 'secret-in-record'
  | 'secret-in-error'
  | 'secret-in-file'
  | 'bypasses-guard'
  | 'hoards'
  | 'ignores-retry-after'
  | 'oversized-page'
  | 'silent-end'

interface ToyConfig {
  readonly port: number
  readonly pageSize: number
}
interface ToySecrets {
  readonly apiKey: string
}
interface ToyConnection extends Connection {
  readonly ctx: ConnectorContext<ToyConfig, ToySecrets>
  readonly children: ChildProcess[]
}

/** Creates a sound connector for a {@link ToySource}, or one with exactly one defect. The suite is tested with them. */
export const createToyConnector = (source: ToySource, defect?: ToyDefect): Connector<ToyConfig, ToySecrets, ToyConnection> => {
  const hoard: Buffer[] = []
  return defineConnector<ToyConfig, ToySecrets, ToyConnection>({
    type: 'toy',
    version: '1.0.0',
    title: 'Toy',
    description: 'Numbered items for testing the acceptance suite.',
    configSchema: configSchema(defect),
    secretSchema: z.strictObject({ apiKey: z.string().describe('Key of the toy') }),
    egress: (config) => [{ field: 'port', host: '127.0.0.1', port: config.port }],
    connect: (ctx) => Promise.resolve({ ctx, children: [], [Symbol.asyncDispose]: () => Promise.resolve() }),
    streams: () => Promise.resolve([{ name: 'items', kind: 'item', incremental: true, deletes: 'none' }]),
    check: ({ ctx }) => checkToy(ctx, defect),
    async *read(connection, { cursor, signal }) {
      const { ctx } = connection
      const end = source.last()
      const start = parseCursor(cursor, source, defect)
      await checkToy(ctx, defect)
      leave(ctx, defect)
      let seq = start - (defect === 'unstable-content' || defect === 'rewrites-on-resume' ? Math.min(start, 3) : 0)
      if (defect === 'loses-on-resume' && seq > 0) seq++
      if (defect === 'misses-changes' && seq > 0) return complete('nothing is new')
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (signal.aborted && defect !== 'ignores-abort') throw new Failure('CANCELLED', 'the read was cancelled')
        if (signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20_000).unref())
        const items = ask(source, ctx, { seq, defect }).filter((item) => item.seq <= end)
        if (items.length === 0) return defect === 'silent-end' ? (undefined as never) : complete('the last answer was empty')
        seq = items.at(-1)?.seq ?? seq
        if (defect === 'hoards') hoard.push(...items.map(() => Buffer.alloc(6000, 1)))
        yield toPage(ctx, items, { start, seq, defect })
      }
    },
  })
}

const configSchema = (defect: ToyDefect | undefined): z.ZodType<ToyConfig> => {
  const port = z.number().describe('Port on 127.0.0.1')
  const pageSize = z.number().default(10)
  const shape = { port, pageSize: defect === 'undescribed-field' ? pageSize : pageSize.describe('Items a page') }
  if (defect === 'lax-schema') return z.object(shape)
  if (defect === 'secret-in-config') return z.strictObject({ ...shape, api_key: z.string().optional().describe('Key') })
  return z.strictObject(shape)
}

const parseCursor = (cursor: Cursor | null, source: ToySource, defect: ToyDefect | undefined): number => {
  if (cursor === null) return 0
  if (defect === 'accepts-any-cursor') return typeof cursor === 'number' ? cursor : 0
  if (typeof cursor !== 'number') throw new Failure('CURSOR_INVALID', 'the cursor is not a number')
  if (cursor > source.last()) throw new Failure('CURSOR_IN_FUTURE', `there is no change ${cursor} yet`)
  return cursor
}

interface Question {
  readonly seq: number
  readonly defect: ToyDefect | undefined
}

const ask = (source: ToySource, ctx: ConnectorContext<ToyConfig, ToySecrets>, { seq, defect }: Question): readonly ToyItem[] => {
  const garbage = ctx.secrets.apiKey.startsWith('garbage')
  if (garbage && defect === 'crashes-on-garbage') throw new TypeError('cannot read properties of undefined')
  if (garbage) throw new Failure('UPSTREAM_INVALID', 'the toy answers nonsense')
  if (source.mode === 'renamed' && defect !== 'ignores-drift') throw new Failure('SCHEMA_CHANGED', 'the field text is gone')
  if (source.mode === 'limited') {
    if (performance.now() < source.quietUntil) source.violations++
    if (source.quietUntil === 0 || (defect === 'ignores-retry-after' && source.violations < 3)) {
      source.quietUntil = performance.now() + 60
      throw new Failure('RATE_LIMITED', 'too many requests', { retryAfterMs: defect === 'ignores-retry-after' ? 0 : 80 })
    }
  }
  return source.after(seq, defect === 'oversized-page' ? 5000 : ctx.config.pageSize)
}

interface PageOrder extends Question {
  readonly start: number
}

const toPage = ({ config, secrets }: ConnectorContext<ToyConfig, ToySecrets>, items: readonly ToyItem[], { start, seq, defect }: PageOrder): Page => {
  const records = items.map(
    (item): SourceRecord => ({
      stream: 'items',
      key: defect === 'keys-differ-by-run' ? `${item.id}-${start}` : item.id,
      kind: 'item',
      title: item.text,
      data: {
        id: item.id,
        ...(defect === 'secret-in-record' ? { via: `key=${secrets.apiKey}` } : {}),
        ...(defect === 'rewrites-on-resume' ? { start } : {}),
        ...(defect === 'unstable-content' ? { readAt: performance.now() } : {}),
      },
    }),
  )
  if (defect === 'no-cursor') return { records }
  return { records, cursor: defect === 'cursor-ahead-of-page' ? seq + config.pageSize : seq }
}

const checkToy = async ({ config, secrets, egress, log }: ConnectorContext<ToyConfig, ToySecrets>, defect: ToyDefect | undefined): Promise<void> => {
  if (defect === 'secret-in-log') log.info({ header: `Basic ${Buffer.from(`me:${secrets.apiKey}`).toString('base64')}` }, 'asking')
  const target = defect === 'bypasses-guard' ? { address: '127.0.0.1', port: config.port } : await egress.resolve('127.0.0.1', config.port)
  await ping(target)
  const shown = defect === 'secret-in-error' ? ` for ${secrets.apiKey}` : ''
  if (secrets.apiKey.startsWith('wrong'))
    throw new Failure(defect === 'one-reason-for-all' ? 'UNREACHABLE' : 'AUTH_FAILED', `the key was refused${shown}`)
  if (secrets.apiKey.startsWith('weak')) throw new Failure('PERMISSION_DENIED', 'the key may not read items')
}

const ping = ({ address, port }: { readonly address: string; readonly port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect(port, address, () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', (cause) => reject(new Failure('UNREACHABLE', 'the toy does not listen', { cause })))
  })

const leave = (ctx: ConnectorContext<ToyConfig, ToySecrets>, defect: ToyDefect | undefined): void => {
  if (defect === 'leaves-child') spawn('sleep', ['60'], { stdio: 'ignore' }).unref()
  if (defect === 'leaves-socket') connect(ctx.config.port, '127.0.0.1').on('error', () => undefined)
  if (defect === 'leaves-file') writeFileSync(path.join(tmpdir(), 'left-over'), 'x')
  if (defect === 'secret-in-file') writeFileSync(path.join(ctx.workDir, 'settings'), `key = ${ctx.secrets.apiKey}`)
}
