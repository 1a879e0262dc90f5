import type { Database } from '../database.js'

export const RUN_LOG_LEVELS = ['info', 'warn', 'error'] as const
export type RunLogLevel = (typeof RUN_LOG_LEVELS)[number]

export interface NewLogLine {
  readonly at: Date
  readonly level: RunLogLevel
  readonly stream: string | null
  /** Without secrets, at most 2,000 characters. */
  readonly message: string
}

export interface StoredLogLine extends NewLogLine {
  /** Digits; increases with every line. */
  readonly id: string
  readonly attempt: number
}

/**
 * The statement that adds lines, in order, to the log of the run and attempt that the query `run` returns; the columns of the lines are parameters
 * from `first` on.
 */
export const insertLogLines = (run: string, first: number): string => {
  const types = ['timestamptz', 'text', 'text', 'text'].map((type, at) => `$${first + at}::${type}[]`)
  return `INSERT INTO run_logs (run_id, attempt, at, level, stream, message)
     SELECT r.id, r.attempt, l.at, l.level, l.stream, l.message FROM (${run}) AS r(id, attempt),
       unnest(${types.join(', ')}) WITH ORDINALITY AS l(at, level, stream, message, n) ORDER BY l.n`
}

/** Parameters for {@link insertLogLines}. */
export const columnsOf = (lines: readonly NewLogLine[]): readonly unknown[] => [
  lines.map(({ at }) => at),
  lines.map(({ level }) => level),
  lines.map(({ stream }) => stream),
  lines.map(({ message }) => message),
]

/** Adds lines, in order, to the log of a run in one statement; does nothing when the run is gone. */
export const addLogLines = async (
  database: Pick<Database, 'pool'>,
  run: { readonly runId: string; readonly attempt: number },
  lines: readonly NewLogLine[],
): Promise<void> => {
  if (lines.length === 0) return
  await database.pool.query(insertLogLines('SELECT id, $2::int FROM runs WHERE id = $1', 3), [run.runId, run.attempt, ...columnsOf(lines)])
}

export interface LogRequest {
  readonly runId: string
  readonly level?: RunLogLevel | undefined
  readonly stream?: string | undefined
  readonly attempt?: number | undefined
  /** Only lines after this one; digits. */
  readonly afterId: string
  readonly limit: number
}

/** Lists lines of a run, oldest first. */
export const listLogLines = async (
  { prisma }: Pick<Database, 'prisma'>,
  { runId, level, stream, attempt, afterId, limit }: LogRequest,
): Promise<readonly StoredLogLine[]> => {
  const chosen = { ...(level !== undefined && { level }), ...(stream !== undefined && { stream }), ...(attempt !== undefined && { attempt }) }
  const rows = await prisma.runLogLine.findMany({
    where: { runId, id: { gt: BigInt(afterId) }, ...chosen },
    omit: { runId: true },
    orderBy: { id: 'asc' },
    take: limit,
  })
  // Safe: only a NewLogLine is ever written here.
  return rows.map((row) => ({ ...row, id: String(row.id), level: row.level as RunLogLevel }))
}
