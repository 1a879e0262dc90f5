import type { Database } from '../database.js'

export interface StoredAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export type IdempotencyClaim =
  /** The request is the first: do it, then store or drop the answer. */
  | { readonly state: 'claimed' }
  | { readonly state: 'answered'; readonly answer: StoredAnswer }
  /** The first request is still at work. */
  | { readonly state: 'working' }
  /** The key was used for another request. */
  | { readonly state: 'other_request' }

interface Place {
  readonly apiKeyId: string
  readonly key: string
}

/** A first request that has not answered for this long died with its process. */
const ABANDONED = `interval '2 minutes'`

/** Claims a key for a request, or says what became of the first request that used it. */
export const claimIdempotencyKey = async (database: Database, place: Place & { readonly requestHash: string }): Promise<IdempotencyClaim> => {
  const values = [place.apiKeyId, place.key, place.requestHash]
  const claimed = await database.pool.query(
    `INSERT INTO idempotency_keys (api_key_id, key, request_hash) VALUES ($1, $2, $3)
     ON CONFLICT (api_key_id, key) DO UPDATE SET created_at = now()
       WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = EXCLUDED.request_hash AND idempotency_keys.created_at < now() - ${ABANDONED}
     RETURNING key`,
    values,
  )
  if (claimed.rowCount === 1) return { state: 'claimed' }
  const { rows } = await database.pool.query<{ same: boolean; status: number | null; body: string | null; headers: Record<string, string> | null }>(
    'SELECT request_hash = $3 AS same, status, body, headers FROM idempotency_keys WHERE api_key_id = $1 AND key = $2',
    values,
  )
  const row = rows[0]
  if (row === undefined) return { state: 'working' }
  if (!row.same) return { state: 'other_request' }
  return row.status === null
    ? { state: 'working' }
    : { state: 'answered', answer: { status: row.status, body: row.body ?? '', headers: row.headers ?? {} } }
}

export const storeIdempotentAnswer = async (database: Database, place: Place, answer: StoredAnswer): Promise<void> => {
  await database.pool.query('UPDATE idempotency_keys SET status = $3, body = $4, headers = $5 WHERE api_key_id = $1 AND key = $2', [
    place.apiKeyId,
    place.key,
    answer.status,
    answer.body,
    JSON.stringify(answer.headers),
  ])
}

/** Gives a claimed key back, so that the request can be tried again. */
export const dropIdempotencyKey = async (database: Database, place: Place): Promise<void> => {
  await database.pool.query('DELETE FROM idempotency_keys WHERE api_key_id = $1 AND key = $2 AND status IS NULL', [place.apiKeyId, place.key])
}
