import type pg from 'pg'

export interface NewEvent {
  readonly sourceId: string
  readonly runId?: string | null | undefined
  /** Such as `run.ended`. */
  readonly type: string
  readonly level: 'info' | 'warn' | 'error'
  /** Cut after 2,000 characters. */
  readonly message: string
  readonly data?: object | undefined
}

/** Records an event of a source, in the transaction of the change if there is one. */
export const writeEvent = (client: Pick<pg.ClientBase, 'query'>, event: NewEvent): Promise<void> => writeEvents(client, [event])

/**
 * The statement that inserts the rows of `select`: source, run, type, level, message, data. For a change that writes its event in its own statement.
 */
export const insertEvents = (select: string): string => `INSERT INTO events (source_id, run_id, type, level, message, data) ${select}`

/** Writes any number of events in one statement. Only this file inserts events; check-house enforces it. */
export const writeEvents = async (client: Pick<pg.ClientBase, 'query'>, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return
  // SQL: any number of events in one statement, of runs too.
  await client.query(
    insertEvents(`SELECT source_id, run_id, type, level, left(message, 2000), coalesce(data, '{}')
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[]) AS e(source_id, run_id, type, level, message, data)`),
    [
      events.map(({ sourceId }) => sourceId),
      events.map(({ runId }) => runId ?? null),
      events.map(({ type }) => type),
      events.map(({ level }) => level),
      events.map(({ message }) => message),
      events.map(({ data }) => (data === undefined ? null : JSON.stringify(data))),
    ],
  )
}
