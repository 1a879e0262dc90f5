/** One attempt of a worker at a run. */
export interface RunAttempt {
  readonly number: number
  /** Identifies the process. */
  readonly worker: string
  /** ISO 8601, like the other times. */
  readonly startedAt: string
  readonly endedAt?: string
  /** `lost`: its worker died or lost the lease; `endedAt` is then the time of the takeover. */
  readonly left?: 'ended' | 'parked' | 'released' | 'lost'
  /** Why it was parked. */
  readonly reason?: string | null
  readonly message?: string | null
  /** When a parked run continues. */
  readonly wakeAt?: string
}

const KEPT = 100

const IS_OPEN = `(attempts->-1 IS NOT NULL AND NOT attempts->-1 ? 'endedAt')`

const ended = (left: NonNullable<RunAttempt['left']>, more = ''): string =>
  `CASE WHEN ${IS_OPEN} THEN jsonb_set(attempts, '{-1}', attempts->-1 || jsonb_build_object('endedAt', clock_timestamp(), 'left', '${left}'${more})) ELSE attempts END`

/** Part of an UPDATE of runs: ends the attempt in progress, if there is one. `more`: further names and values in SQL, after a comma. */
export const endAttempt = (left: NonNullable<RunAttempt['left']>, more = ''): string => `attempts = ${ended(left, more)}`

/** Part of an UPDATE of runs: begins an attempt; one that was not ended counts as lost. Both parameters are SQL expressions. */
export const beginAttempt = (number: string, worker: string): string =>
  `attempts = (CASE WHEN jsonb_array_length(attempts) >= ${KEPT} THEN ${ended('lost')} - 0 ELSE ${ended('lost')} END)
     || jsonb_build_array(jsonb_build_object('number', ${number}, 'worker', ${worker}::text, 'startedAt', clock_timestamp()))`
