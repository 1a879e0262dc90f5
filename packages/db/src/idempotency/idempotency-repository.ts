import type { Database } from '../database.js'

export interface StoredResponse {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export type IdempotencyClaim =
  /** This request is the first: process it, then store or drop the answer. */
  | { readonly state: 'claimed' }
  | { readonly state: 'answered'; readonly answer: StoredResponse }
  /** The first request is still being processed. */
  | { readonly state: 'working' }
  /** The key was used for another request. */
  | { readonly state: 'other_request' }

interface Place {
  readonly apiKeyId: string
  readonly key: string
}

/** A first request that has not been answered for this long died with its process. */
const ABANDONED = `interval '2 minutes'`

/** Claims a key for a request, or reports the state of the first request that used it. */
export const claimIdempotencyKey = async (database: Database, place: Place & { readonly requestHash: string }): Promise<IdempotencyClaim> => {
  // SQL: of several concurrent requests only one gets the key, even when taking it over from one that died; the conflict clause decides.
  const claimed = await database.pool.query(
    `INSERT INTO idempotency_keys (api_key_id, key, request_hash) VALUES ($1, $2, $3)
     ON CONFLICT (api_key_id, key) DO UPDATE SET created_at = now()
       WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = EXCLUDED.request_hash AND idempotency_keys.created_at < now() - ${ABANDONED}
     RETURNING key`,
    [place.apiKeyId, place.key, place.requestHash],
  )
  if (claimed.rowCount === 1) return { state: 'claimed' }
  const { apiKeyId, key } = place
  const row = await database.prisma.idempotencyKey.findUnique({ where: { apiKeyId_key: { apiKeyId, key } } })
  if (row === null) return { state: 'working' }
  if (row.requestHash !== place.requestHash) return { state: 'other_request' }
  return row.status === null
    ? { state: 'working' }
    : { state: 'answered', answer: { status: row.status, body: row.body ?? '', headers: (row.headers ?? {}) as StoredResponse['headers'] } }
}

export const storeIdempotentResponse = async ({ prisma }: Database, { apiKeyId, key }: Place, answer: StoredResponse): Promise<void> => {
  await prisma.idempotencyKey.updateMany({ where: { apiKeyId, key }, data: { ...answer } })
}

/** Releases a claimed key, so that the request can be tried again. */
export const dropIdempotencyKey = async ({ prisma }: Database, { apiKeyId, key }: Place): Promise<void> => {
  await prisma.idempotencyKey.deleteMany({ where: { apiKeyId, key, status: null } })
}
