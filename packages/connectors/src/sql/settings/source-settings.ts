import { canonicalHost } from '@inlet/connector-sdk'
import { z } from 'zod'

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const globs = z.array(z.string().min(1).max(200)).max(200)
const seconds = (least: number, most: number) => z.int().min(least).max(most)

/** How the connection to a database is encrypted. */
export const tlsShape = z
  .strictObject({
    mode: z
      .enum(['disable', 'require', 'verify-full'])
      .default('verify-full')
      .describe('`verify-full` checks certificate and host name; `require` only encrypts; `disable` sends everything in clear.'),
    ca: z.string().max(100_000).optional().describe('Certificates of the authorities to trust, as PEM; the usual public ones when absent.'),
    serverName: z
      .string()
      .min(1)
      .max(253)
      .refine((name) => canonicalHost(name) !== null, { error: 'is not a host name' })
      .optional()
      .describe('Name to expect in the certificate, when it differs from the host.'),
  })
  .describe('Transport encryption.')

export type TlsSettings = z.output<typeof tlsShape>

/** Which tables of a database are read. @param qualified how a name with its schema is written, e.g. `schema.table` */
export const selectionFields = (qualified: string, columnLength: number) => ({
  include: globs
    .optional()
    .describe(
      `Globs on \`table\` or \`${qualified}\`, e.g. \`orders\`. Default: every table, or nothing besides \`tables\` and \`queries\` when these are given.`,
    )
    // Forms show it before everything else that may be left out.
    .meta({ 'x-first': true, title: 'Tables to read' }),
  exclude: globs.default([]).describe(`Globs on \`table\` or \`${qualified}\` not to read.`),
  cursorColumns: z
    .array(z.string().min(1).max(columnLength))
    .max(20)
    .default([])
    .describe('Names of columns that increase with every change, e.g. `updated_at`; a discovered table uses the first one it has.'),
})

/** How streams are read, as far as databases do not differ. Durations are in the unit of their name. */
export const readingFields = {
  deletes: z
    .enum(['auto', 'sweep', 'softDelete', 'none'])
    .default('auto')
    .describe('How deleted rows are found; `auto`: by the soft-delete column, or by a sweep where all rows are read anyway, otherwise not at all.'),
  sweepEveryRuns: z.int().min(1).max(10_000).default(1).describe('Sweep streams with a cursor only in every nth run.'),
  safetyLagSeconds: seconds(0, 86_400).default(5).describe('The cursor stays this far behind the clock of the source.'),
  overlapSeconds: seconds(0, 604_800).default(60).describe('How far before its cursor a run starts, to find rows that were committed late.'),
  overlapIds: z.int().min(0).max(1_000_000).default(1000).describe('The same for cursors that are integers, as a difference of values.'),
}

export const timeZoneField = z.string().max(64).refine(isTimeZone, 'not an IANA time zone').default('UTC')

/** Limits of a read, as far as databases do not differ. */
export const limitFields = {
  fetchSize: z.int().min(1).max(10_000).default(2000).describe('Maximum number of rows per round trip; fewer when rows are large.'),
  maxRows: z.int().min(1).optional().describe('Maximum number of rows of a stream per run; the next run continues from there.'),
  statementTimeoutSeconds: seconds(1, 3600).default(120).describe('Limit of each statement and each fetch.'),
  connectTimeoutSeconds: seconds(1, 60).default(8).describe('Limit for opening a connection.'),
}
export const maxTransactionSecondsField = seconds(1, 86_400).default(300)
