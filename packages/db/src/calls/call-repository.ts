import type { CallKind } from '@inlet/domain'
import type { Database } from '../database.js'

/** A short request to a worker, answered through the database so that no queue event can be lost. */
export interface NewCall {
  readonly id: string
  readonly kind: CallKind
  readonly connector: string
  readonly config: unknown
  /** Secrets sealed for the place of this call: its id, version 0. Null without secrets, or when those of `credentialId` or `sourceId` are used. */
  readonly sealedSecrets: unknown
  readonly sourceId?: string | null | undefined
  /** A shared credential whose secrets are used, for settings that are not saved. */
  readonly credentialId?: string | null | undefined
  /** Where stored secrets may be sent for this call besides their own targets. */
  readonly allowTargets?: readonly string[] | undefined
  readonly params?: object
  readonly timeoutMs: number
}

export interface Call extends Omit<NewCall, 'timeoutMs'> {
  readonly deadline: Date
}

export interface CallResult {
  readonly status: 'done' | 'failed'
  readonly answer: unknown
}

/**
 * Kinds that are stored under another name: processes of earlier versions, which run beside newer ones during a roll, know no other (G10).
 * Reading accepts both.
 */
const STORED_AS: Partial<Readonly<Record<CallKind, string>>> = { open: 'load', review: 'gate' }
const KINDS: Readonly<Record<string, CallKind>> = { load: 'open', gate: 'review' }

export const insertCall = async (database: Database, call: NewCall): Promise<void> => {
  await database.pool.query(
    `INSERT INTO calls (id, kind, connector, config, sealed, source_id, credential_id, params, deadline, allow_targets)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9 * interval '1 millisecond', $10)`,
    [
      call.id,
      STORED_AS[call.kind] ?? call.kind,
      call.connector,
      JSON.stringify(call.config),
      call.sealedSecrets === null ? null : JSON.stringify(call.sealedSecrets),
      call.sourceId ?? null,
      call.credentialId ?? null,
      JSON.stringify(call.params ?? {}),
      call.timeoutMs,
      JSON.stringify(call.allowTargets ?? []),
    ],
  )
}

/** The call if it still waits for an answer within its deadline; null otherwise. */
export const findWaitingCall = async (database: Database, id: string): Promise<Call | null> => {
  const { rows } = await database.pool.query<Call>(
    `SELECT id, kind, connector, config, sealed AS "sealedSecrets", source_id AS "sourceId", credential_id AS "credentialId", params, deadline,
       coalesce(allow_targets, '[]') AS "allowTargets" FROM calls
     WHERE id = $1 AND status = 'waiting' AND deadline > clock_timestamp()`,
    [id],
  )
  const [call] = rows
  return call === undefined ? null : { ...call, kind: KINDS[call.kind] ?? call.kind }
}

/** What is asked is forgotten once it is answered: settings, parameters and secrets are nobody's business any more. */
const FORGOTTEN = `sealed = NULL, config = '{}', params = '{}', allow_targets = NULL, done_at = clock_timestamp()`

/** Stores the answer and forgets the question. */
export const answerCall = async (database: Database, id: string, answer: CallResult): Promise<void> => {
  await database.pool.query(`UPDATE calls SET status = $2, answer = $3, ${FORGOTTEN} WHERE id = $1 AND status = 'waiting'`, [
    id,
    answer.status,
    JSON.stringify(answer.answer ?? null),
  ])
}

export const findAnswer = async (database: Database, id: string): Promise<CallResult | null> => {
  const { rows } = await database.pool.query<CallResult>(`SELECT status, answer FROM calls WHERE id = $1 AND status <> 'waiting'`, [id])
  return rows[0] ?? null
}

/** Forgets calls that nobody answered in time. Answers how many. */
export const forgetExpiredCalls = async (database: Database): Promise<number> => {
  const { rowCount } = await database.pool.query(
    `UPDATE calls SET status = 'failed', ${FORGOTTEN} WHERE id IN (
       SELECT id FROM calls WHERE status = 'waiting' AND deadline < clock_timestamp() - interval '1 minute' LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)`,
  )
  return rowCount ?? 0
}
