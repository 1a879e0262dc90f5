import { z } from 'zod'
import { queryShape, tableShape } from './stream-settings.js'

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const tls = z
  .strictObject({
    mode: z
      .enum(['disable', 'require', 'verify-full'])
      .default('verify-full')
      .describe('`verify-full` checks certificate and host name; `require` only encrypts; `disable` sends everything in clear.'),
    ca: z.string().max(100_000).optional().describe('Certificates of the authorities to trust, PEM; the usual public ones when absent.'),
    serverName: z.string().min(1).max(253).optional().describe('Name to expect in the certificate, when it differs from the host.'),
  })
  .describe('Transport encryption.')

const globs = z.array(z.string().min(1).max(200)).max(200)

/** Settings of the `postgres` connector. Durations in the unit of their name. */
export const configSchema = z
  .strictObject({
    host: z.string().min(1).max(253).describe('Host name or address of the server.'),
    port: z.int().min(1).max(65_535).default(5432).describe('TCP port of the server.'),
    database: z.string().min(1).max(63).describe('Name of the database.'),
    user: z.string().min(1).max(63).describe('Role to log in as; it should only be able to read.'),
    tls: tls.default({ mode: 'verify-full' }),
    schemas: z.array(z.string().min(1).max(63)).min(1).max(100).default(['public']).describe('Schemas in which tables are discovered.'),
    include: globs
      .optional()
      .describe('Globs on `table` or `schema.table` to read; default everything, or nothing besides `tables` and `queries` when these are given.'),
    exclude: globs.default([]).describe('Globs on `table` or `schema.table` not to read.'),
    includeViews: z.boolean().default(false).describe('Discover views and materialised views as well as tables.'),
    cursorColumns: z
      .array(z.string().min(1).max(63))
      .max(20)
      .default([])
      .describe('Names of columns that move forward with every change, e.g. `updated_at`; a discovered table uses the first it has.'),
    tables: z.array(tableShape).max(2000).default([]).describe('Tables and views with settings of their own.'),
    queries: z.array(queryShape).max(200).default([]).describe('SELECT statements to read as streams.'),
    deletes: z
      .enum(['auto', 'sweep', 'softDelete', 'none'])
      .default('auto')
      .describe('How deleted rows are found; `auto`: by the soft-delete column, by a sweep where all rows are read anyway, else not.'),
    sweepEveryRuns: z.int().min(1).max(10_000).default(1).describe('Sweep streams with a cursor only at every n-th run.'),
    safetyLagSeconds: z.int().min(0).max(86_400).default(5).describe('The cursor stays this far behind the clock of the source.'),
    overlapSeconds: z.int().min(0).max(604_800).default(60).describe('How far before its cursor a run starts, to find rows committed late.'),
    overlapIds: z.int().min(0).max(1_000_000).default(1000).describe('The same for cursors that are whole numbers, as a distance of values.'),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'not an IANA time zone')
      .default('UTC')
      .describe('What cursor columns of type `timestamp without time zone` or `date` mean.'),
    fetchSize: z.int().min(1).max(10_000).default(2000).describe('Rows per round trip, at most; fewer when rows are large.'),
    maxRows: z.int().min(1).optional().describe('Rows of a stream per run, at most; the next run goes on from there.'),
    statementTimeoutSeconds: z.int().min(1).max(3600).default(120).describe('Limit of each statement and each fetch.'),
    connectTimeoutSeconds: z.int().min(1).max(60).default(8).describe('Limit for opening a connection.'),
    maxTransactionSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(300)
      .describe('A read by key or cursor goes on in a new transaction after this time, so that it does not hold back vacuum and schema changes.'),
    allowPowerfulRole: z.boolean().default(false).describe('Accept a superuser or a role that can reach files of the server.'),
    allowFunctions: z
      .array(z.string().min(1).max(127))
      .max(200)
      .default([])
      .describe('Further functions that `queries` may call; they must be declared STABLE or IMMUTABLE in the database.'),
  })
  .check((context) => {
    const { value } = context
    const names = [...value.tables, ...value.queries].map((stream) => stream.name)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) context.issues.push({ code: 'custom', input: twice, path: ['tables'], message: `the stream ${twice} is named twice` })
    for (const [area, streams] of [['tables', value.tables] as const, ['queries', value.queries] as const]) {
      for (const [index, stream] of streams.entries()) {
        const needsColumn = (stream.deletes ?? value.deletes) === 'softDelete' && stream.softDeleteColumn === undefined
        if (needsColumn)
          context.issues.push({
            code: 'custom',
            input: stream.name,
            path: [area, index, 'softDeleteColumn'],
            message: 'softDelete needs softDeleteColumn',
          })
      }
    }
  })

export type PostgresConfig = z.output<typeof configSchema>

export const secretSchema = z.strictObject({
  password: z.string().max(4096).default('').describe('Password of the role; empty when the server asks for none.'),
})

export type PostgresSecrets = z.output<typeof secretSchema>
