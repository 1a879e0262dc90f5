import { createHmac } from 'node:crypto'
import { claimIdempotencyKey, type Database, dropIdempotencyKey, storeIdempotentResponse } from '@inlet/db'
import { canonicalJson, Failure } from '@inlet/domain'
import type { Keyring } from '@inlet/security'
import { type Reply, replyBody } from './reply.js'

export interface IdempotencyDeps {
  readonly database: Database
  readonly keyring: Keyring
}

interface Attempt {
  readonly key: string
  /** The id of the API key, or of the tokens' subject. */
  readonly callerId: string
  /** Everything that identifies the request. */
  readonly request: unknown
}

/** Returns the Idempotency-Key of a request; null without one. Throws VALIDATION_FAILED for one that is empty, too long or not printable. */
export const parseIdempotencyKey = (header: string | undefined): string | null => {
  if (header === undefined) return null
  if (!/^[\x21-\x7e]{1,255}$/.test(header))
    throw new Failure('VALIDATION_FAILED', 'an Idempotency-Key has 1 to 255 printable characters', { field: 'Idempotency-Key' })
  return header
}

/** Does the work once per key: a repetition gets the stored response. A request that failed on our side may be tried again. */
export const withIdempotency = async (deps: IdempotencyDeps, attempt: Attempt, work: () => Promise<Reply>): Promise<Reply> => {
  const place = { apiKeyId: attempt.callerId, key: attempt.key }
  const claim = await claimIdempotencyKey(deps.database, { ...place, requestHash: hashRequest(deps.keyring, attempt.request) })
  if (claim.state === 'other_request') throw new Failure('IDEMPOTENCY_KEY_REUSED', 'the Idempotency-Key was used for another request')
  if (claim.state === 'working')
    throw new Failure('IDEMPOTENCY_IN_PROGRESS', 'the first request with this Idempotency-Key is still being processed', { retryAfterMs: 1_000 })
  if (claim.state === 'answered') {
    const { status, body, headers } = claim.answer
    return { status, json: body, headers: { ...headers, 'idempotency-replayed': 'true' } }
  }
  try {
    const reply = await work()
    await storeIdempotentResponse(deps.database, place, { status: reply.status, body: replyBody(reply), headers: reply.headers ?? {} })
    return reply
  } catch (error) {
    // Nothing was done: the same key may be used for a corrected request.
    await dropIdempotencyKey(deps.database, place).catch(() => {})
    throw error
  }
}

/** A keyed hash, since the request may contain secrets that could be guessed from a plain one. */
const hashRequest = (keyring: Keyring, request: unknown): string => {
  const key = keyring.pepper(keyring.primaryId)
  if (key === undefined) throw new Failure('SECRET_UNREADABLE', 'the primary key is not configured')
  return createHmac('sha256', key)
    .update(`idempotency\0${canonicalJson(request)}`)
    .digest('hex')
}
