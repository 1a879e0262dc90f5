import type { CallKind } from '@inlet/domain'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'
import { readDatabaseTime, toJson } from '../prisma-transaction.js'

/** A short request to a worker, answered through the database so that no queue event can be lost. */
export interface NewCall {
  readonly id: string
  readonly kind: CallKind
  readonly connector: string
  readonly config: unknown
  /** Secrets sealed for the place of this call: its id, version 0. Null without secrets, or if those of `credentialId` or `sourceId` are used. */
  readonly sealedSecrets: unknown
  readonly sourceId?: string | null | undefined
  /** A shared credential whose secrets are used, for settings that are not saved. */
  readonly credentialId?: string | null | undefined
  /** Where stored secrets may be sent for this call, in addition to their own targets. */
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
 * Kinds stored under another name: processes of earlier versions, which run beside newer ones during a rolling update, know only that one (G10).
 * Reading accepts both.
 */
const STORED_AS: Partial<Readonly<Record<CallKind, string>>> = { open: 'load', review: 'gate' }
const KINDS: Readonly<Record<string, CallKind>> = { load: 'open', gate: 'review' }

export const insertCall = async ({ pool, prisma }: Database, call: NewCall): Promise<void> => {
  const { id, kind, connector, timeoutMs } = call
  const now = await readDatabaseTime(pool)
  await prisma.call.create({
    data: {
      id,
      kind: STORED_AS[kind] ?? kind,
      connector,
      config: toJson(call.config),
      sealed: call.sealedSecrets === null ? Prisma.DbNull : toJson(call.sealedSecrets),
      sourceId: call.sourceId ?? null,
      credentialId: call.credentialId ?? null,
      params: toJson(call.params ?? {}),
      deadline: new Date(now.getTime() + timeoutMs),
      allowTargets: [...(call.allowTargets ?? [])],
    },
    select: { id: true },
  })
}

/** Returns the call if it still waits for an answer within its deadline; null otherwise. */
export const findWaitingCall = async ({ pool, prisma }: Database, id: string): Promise<Call | null> => {
  const now = await readDatabaseTime(pool)
  const row = await prisma.call.findUnique({ where: { id, status: 'waiting', deadline: { gt: now } } })
  if (row === null) return null
  const { kind, connector, config, sealed, sourceId, credentialId, params, deadline, allowTargets } = row
  // Safe: only a NewCall is ever written here.
  return {
    id,
    kind: KINDS[kind] ?? kind,
    connector,
    config,
    sealedSecrets: sealed,
    sourceId,
    credentialId,
    params,
    deadline,
    allowTargets: allowTargets ?? [],
  } as Call
}

/** Stores the answer and erases settings, parameters and secrets, which are no longer needed. */
export const answerCall = async ({ pool, prisma }: Database, id: string, { status, answer }: CallResult): Promise<void> => {
  const doneAt = await readDatabaseTime(pool)
  const forgotten = { sealed: Prisma.DbNull, config: {}, params: {}, allowTargets: Prisma.DbNull, doneAt }
  await prisma.call.updateMany({ where: { id, status: 'waiting' }, data: { status, answer: toJson(answer) ?? Prisma.JsonNull, ...forgotten } })
}

export const findAnswer = async ({ prisma }: Database, id: string): Promise<CallResult | null> => {
  const row = await prisma.call.findUnique({ where: { id, status: { not: 'waiting' } }, select: { status: true, answer: true } })
  return row === null ? null : { status: row.status as CallResult['status'], answer: row.answer }
}

/** Matches calls that nobody waits for any more. */
export const EXPIRED = `status = 'waiting' AND deadline < clock_timestamp() - interval '1 minute'`

/** Erases the contents of calls that were not answered in time. Returns how many. */
export const forgetExpiredCalls = async (database: Database): Promise<number> => {
  // SQL: several processes may do this at once, so each skips rows that another has locked.
  const { rowCount } = await database.pool.query(
    `UPDATE calls SET status = 'failed', sealed = NULL, config = '{}', params = '{}', allow_targets = NULL, done_at = clock_timestamp() WHERE id IN (
       SELECT id FROM calls WHERE ${EXPIRED} LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)`,
  )
  return rowCount ?? 0
}
