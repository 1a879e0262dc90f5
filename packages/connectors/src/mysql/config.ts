import net from 'node:net'
import { z } from 'zod'
import { checkStreams } from '../sql/settings/check-streams.js'
import { limitFields, maxTransactionSecondsField, readingFields, selectionFields, timeZoneField, tlsShape } from '../sql/settings/source-settings.js'
import { streamShapes } from '../sql/settings/stream-settings.js'

const name = z.string().min(1).max(64)
const shapes = streamShapes({ column: 64, relation: 129 }, '`table` (of `database`) or `database.table`.')
const { include, exclude, cursorColumns } = selectionFields('database.table', 64)

const settings = z.strictObject({
  host: z.string().min(1).max(253).describe('Host name or address of the server.'),
  port: z.int().min(1).max(65_535).default(3306).describe('TCP port of the server.').meta({ 'x-first': true }),
  database: name.describe('Name of the database to log in to.'),
  user: z.string().min(1).max(128).describe('Account to log in as; it should only be able to read.'),
  tls: tlsShape.default({ mode: 'verify-full' }),
  databases: z.array(name).min(1).max(100).optional().describe('Databases in which tables are discovered; default: only `database`.'),
  include,
  exclude,
  includeViews: z.boolean().default(false).describe('Discover views as well as tables.'),
  cursorColumns,
  tables: z.array(shapes.table).max(2000).default([]).describe('Tables and views with their own settings.'),
  queries: z.array(shapes.query).max(200).default([]).describe('SELECT statements to read as streams.'),
  ...readingFields,
  timeZone: timeZoneField.describe('Time zone of cursor columns of type `datetime` or `date`; `timestamp` columns need none.'),
  zeroDates: z
    .enum(['null', 'reject'])
    .default('null')
    .describe(
      'What becomes of dates such as 0000-00-00 or 2024-00-00: `null` stores null and warns in the log, `reject` puts the row into quarantine.',
    ),
  ...limitFields,
  maxTransactionSeconds: maxTransactionSecondsField.describe(
    'A read by key or cursor continues in a new transaction after this time, so that it does not hold back purge and schema changes.',
  ),
  allowPowerfulRole: z
    .boolean()
    .default(false)
    .describe('Accept an account with privileges on the whole server beyond reading, such as FILE or SUPER.'),
  allowFunctions: z
    .array(z.string().min(1).max(129))
    .max(200)
    .default([])
    .describe('Further functions that `queries` may call, written as they are called; none that are declared MODIFIES SQL DATA.'),
})

/** Settings of the `mysql` connector. Durations in the unit of their name. */
export const configSchema = settings
  .transform((value) => ({
    ...value,
    databases: value.databases ?? [value.database],
    tables: value.tables.map((table) => ({ ...table, name: table.name.includes('.') ? table.name : `${value.database}.${table.name}` })),
  }))
  .check((context) => {
    const { host, tls } = context.value
    context.issues.push(...checkStreams(context.value))
    const expected = tls.serverName ?? host
    // The client library checks certificates only against names.
    if (tls.mode === 'verify-full' && net.isIP(expected) !== 0) {
      const message = 'verify-full needs the name in the certificate, since the host is an address; tls.mode "require" encrypts without it'
      context.issues.push({ code: 'custom', input: expected, path: ['tls', 'serverName'], message })
    }
  })

export type MysqlConfig = z.output<typeof configSchema>

export const secretSchema = z.strictObject({
  password: z.string().max(4096).default('').describe('Password of the account; empty when the server asks for none.'),
})

export type MysqlSecrets = z.output<typeof secretSchema>
