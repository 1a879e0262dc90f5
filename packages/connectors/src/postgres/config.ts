import { z } from 'zod'
import { checkStreams } from '../sql/settings/check-streams.js'
import { limitFields, maxTransactionSecondsField, readingFields, selectionFields, timeZoneField, tlsShape } from '../sql/settings/source-settings.js'
import { streamShapes } from '../sql/settings/stream-settings.js'

const shapes = streamShapes({ column: 63, relation: 127 }, '`table` (of schema public) or `schema.table`.')
const tableShape = shapes.table.transform((table) => ({ ...table, name: table.name.includes('.') ? table.name : `public.${table.name}` }))
const { include, exclude, cursorColumns } = selectionFields('schema.table', 63)

/** Settings of the `postgres` connector. Durations in the unit of their name. */
export const configSchema = z
  .strictObject({
    host: z.string().min(1).max(253).describe('Host name or address of the server.'),
    port: z.int().min(1).max(65_535).default(5432).describe('TCP port of the server.').meta({ 'x-first': true }),
    database: z.string().min(1).max(63).describe('Name of the database.'),
    user: z.string().min(1).max(63).describe('Role to log in as; it should only be able to read.'),
    tls: tlsShape.default({ mode: 'verify-full' }),
    schemas: z.array(z.string().min(1).max(63)).min(1).max(100).default(['public']).describe('Schemas in which tables are discovered.'),
    include,
    exclude,
    includeViews: z.boolean().default(false).describe('Discover views and materialized views as well as tables.'),
    cursorColumns,
    tables: z.array(tableShape).max(2000).default([]).describe('Tables and views with their own settings.'),
    queries: z.array(shapes.query).max(200).default([]).describe('SELECT statements to read as streams.'),
    ...readingFields,
    timeZone: timeZoneField.describe('Time zone of cursor columns of type `timestamp without time zone` or `date`.'),
    ...limitFields,
    maxTransactionSeconds: maxTransactionSecondsField.describe(
      'A read by key or cursor continues in a new transaction after this time, so that it does not hold back vacuum and schema changes.',
    ),
    allowPowerfulRole: z.boolean().default(false).describe('Accept a superuser, or a role that can access files of the server.'),
    allowFunctions: z
      .array(z.string().min(1).max(127))
      .max(200)
      .default([])
      .describe('Further functions that `queries` may call; they must be declared STABLE or IMMUTABLE in the database.'),
  })
  .check((context) => void context.issues.push(...checkStreams(context.value)))

export type PostgresConfig = z.output<typeof configSchema>

export const secretSchema = z.strictObject({
  password: z.string().max(4096).default('').describe('Password of the role; empty when the server asks for none.'),
})

export type PostgresSecrets = z.output<typeof secretSchema>
