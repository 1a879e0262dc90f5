import {
  type ConnectorContext,
  type Cursor,
  complete,
  defineConnector,
  Failure,
  type Page,
  type SourceRecord,
  toHttpFailure,
} from '@inlet/connector-sdk'
import { z } from 'zod'

const configSchema = z.strictObject({
  url: z.string().min(1).max(8_192).describe('Address of the notebook, e.g. https://notes.example.com'),
  pageSize: z.int().min(1).max(1_000).default(200).describe('Notes a request.'),
})
const secretSchema = z.strictObject({ token: z.string().min(1).describe('Sent as Authorization: Bearer.') })
type Config = z.output<typeof configSchema>
type Secrets = z.output<typeof secretSchema>

interface Notebook extends AsyncDisposable {
  readonly ctx: ConnectorContext<Config, Secrets>
}

/** GET /notes?after=N gives the changes after number N, oldest first: `next` is the number of the last one, `latest` that of the newest there is. */
const answerSchema = z.object({ notes: z.array(z.unknown()), next: z.int(), latest: z.int() })
const noteSchema = z.object({
  id: z.string().min(1),
  title: z.string(),
  body: z.string(),
  editedAt: z.iso.datetime(),
  removed: z.boolean().default(false),
})

export default defineConnector<Config, Secrets, Notebook>({
  type: 'hello',
  version: '1.0.0',
  title: 'Notebook',
  description: 'Notes of a small server that numbers its changes.',
  configSchema,
  secretSchema,
  egress: ({ url }) => [{ field: 'url', url }],
  streams: async () => [{ name: 'notes', kind: 'document', incremental: true, deletes: 'events', keyFields: ['id'] }],
  connect: async (ctx) => ({ ctx, [Symbol.asyncDispose]: async () => {} }),
  check: async ({ ctx }, signal) => void (await ask(ctx, { after: 0, limit: 1, signal })),
  async *read({ ctx }, { cursor, signal }) {
    let after = parseCursor(cursor)
    // Changes made during the read belong to the next one, so that every read has an end.
    for (let end: number | undefined; end === undefined || after < end; ) {
      const { notes, next, latest } = await ask(ctx, { after, limit: ctx.config.pageSize, signal })
      end ??= latest
      if (after > end) throw new Failure('CURSOR_IN_FUTURE', `the cursor is ${after}, but the newest change is ${end}`)
      if (next <= after && after < end) throw new Failure('PAGINATION_LOOP', `asked for changes after ${after}, the notebook continues at ${next}`)
      if (next > after) yield toPage(notes, next)
      after = next
    }
    return complete('the newest change of the beginning was reached')
  },
})

const ask = async (ctx: ConnectorContext<Config, Secrets>, request: { after: number; limit: number; signal: AbortSignal }) => {
  const url = `${ctx.config.url.replace(/\/$/, '')}/notes?after=${request.after}&limit=${request.limit}`
  const response = await ctx.http.request({ url, headers: { authorization: `Bearer ${ctx.secrets.token}` }, signal: request.signal })
  if (response.status !== 200) {
    response.discard()
    throw toHttpFailure(response, ctx.now())
  }
  const answer = answerSchema.safeParse(await response.json())
  if (!answer.success) throw new Failure('UPSTREAM_INVALID', 'the answer has no notes, next and latest; is this a notebook?')
  return answer.data
}

const parseCursor = (cursor: Cursor | null): number => {
  if (cursor === null) return 0
  if (typeof cursor === 'number' && Number.isSafeInteger(cursor) && cursor >= 0) return cursor
  throw new Failure('CURSOR_INVALID', 'the cursor is not the number of a change')
}

/** One bad note goes to quarantine; its neighbors pass. */
const toPage = (notes: readonly unknown[], cursor: number): Page => {
  const parsed = notes.map((note) => ({ note, result: noteSchema.safeParse(note) }))
  const records = parsed.flatMap(({ result }): SourceRecord[] => (result.success ? [toRecord(result.data)] : []))
  const rejected = parsed.flatMap(({ note, result }) =>
    result.success ? [] : [{ stream: 'notes', reason: 'RECORD_INVALID', message: z.prettifyError(result.error), raw: JSON.stringify(note) }],
  )
  return { records, rejected, cursor }
}

const toRecord = (note: z.output<typeof noteSchema>): SourceRecord => ({
  stream: 'notes',
  kind: 'document',
  key: note.id,
  title: note.title,
  text: note.body,
  occurredAt: note.editedAt,
  data: { id: note.id },
  ...(note.removed ? { op: 'delete' } : {}),
})
