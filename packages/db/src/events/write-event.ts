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

/** Writes what happened to a source, in the transaction of the change when there is one. The only writer of single events. */
export const writeEvent = async (client: Pick<pg.ClientBase, 'query'>, event: NewEvent): Promise<void> => {
  await client.query(
    `INSERT INTO events (source_id, run_id, type, level, message, data) VALUES ($1, $2, $3, $4, left($5, 2000), coalesce($6::jsonb, '{}'))`,
    [event.sourceId, event.runId ?? null, event.type, event.level, event.message, event.data === undefined ? null : JSON.stringify(event.data)],
  )
}
