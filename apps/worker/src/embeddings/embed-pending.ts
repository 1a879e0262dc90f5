import { createHash, randomUUID } from 'node:crypto'
import { createPacedHttp, type HttpClient, readHttpFailure } from '@inlet/connector-sdk'
import {
  type Claimant,
  type ClaimedRecord,
  claimRecords,
  countTokens,
  type Database,
  findVectors,
  finishRecord,
  type Generation,
  holdRecords,
  type PartText,
  readEmbeddable,
  releaseRecords,
  reserveTokens,
  resumeGeneration,
  type StoredVector,
  toStoredVector,
  writeVectors,
} from '@inlet/db'
import { toFailure } from '@inlet/domain'
import type { Metrics, SecretRegistry } from '@inlet/observability'
import { type EmbeddingTransport, embeddingInput, embedTexts, estimateTokens } from '@inlet/search'
import { fingerprintSecrets, type Keyring, openSecrets } from '@inlet/security'
import type { SharedPaces } from '../connections/shared-pace.js'
import { type AskEndpoint, embedBatch } from './embed-batch.js'

export interface EmbeddingDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
  readonly paces: SharedPaces
  readonly metrics: Pick<Metrics, 'countEmbeddings'>
  /** Response timeout; default 60,000. */
  readonly timeoutMs?: number
}

/** How much to send to an endpoint at once, by generation: less after it took too long. */
export interface BatchSizes {
  of(space: number): number
  report(space: number, inTime: boolean): void
}

const MOST_TEXTS = 64

export const createBatchSizes = (): BatchSizes => {
  const sizes = new Map<number, number>()
  const of = (space: number): number => sizes.get(space) ?? MOST_TEXTS
  return {
    of,
    report: (space, inTime) => sizes.set(space, inTime ? Math.min(MOST_TEXTS, of(space) + 1) : Math.max(1, Math.floor(of(space) / 2))),
  }
}

/** The token budget of the day is used up. */
export class BudgetUsed extends Error {
  override readonly name = 'BudgetUsed'
}

const RECORDS_AT_A_TIME = 32
/** How many parts of one record are in memory at once. */
const PARTS_AT_A_TIME = 64
const MAX_BATCH_TOKENS = 16_000
/** A batch takes at most this fraction of a day's budget, so that no more than that is left unused. */
const BATCHES_PER_DAY = 10
/** A record claimed this often without being finished is considered faulty. */
const MAX_ATTEMPTS = 5
const TIMEOUT_MS = 60_000
const REDACT_MS = 300_000
const HASH_BYTES = 16

/** A part that has no vector yet. */
interface Wanted extends PartText {
  readonly input: string
  readonly tokens: number
}

/**
 * Makes the vectors of some waiting records; returns how many records that were. Safe to interrupt: what was written stays, and the rest is claimed
 * again. Claims in progress when the database became unavailable stay in `unreleased` until it answers again, so that no outage is held against a
 * record. Throws the endpoint's failure, or BudgetUsed.
 */
export const embedPending = async (
  deps: EmbeddingDeps,
  generation: Generation,
  { sizes, unreleased, signal }: { readonly sizes: BatchSizes; readonly unreleased: Set<Claimant>; readonly signal: AbortSignal },
): Promise<number> => {
  for (const left of unreleased) {
    await releaseRecords(deps.database, left)
    unreleased.delete(left)
  }
  const claimant: Claimant = { space: generation.space, by: randomUUID() }
  const claimed = await claimRecords(deps.database, claimant, RECORDS_AT_A_TIME)
  if (claimed.length === 0) return 0
  try {
    await embedRecords({ deps, generation, claimant, sizes, ask: createAsk(deps, generation, signal), signal }, claimed)
  } catch (error) {
    await releaseRecords(deps.database, claimant).catch(() => unreleased.add(claimant))
    throw error
  }
  return claimed.length
}

interface Work {
  readonly deps: EmbeddingDeps
  readonly generation: Generation
  readonly claimant: Claimant
  readonly sizes: BatchSizes
  readonly ask: AskEndpoint
  readonly signal: AbortSignal
}

const createAsk = (
  { http, paces, keyring, secrets, timeoutMs = TIMEOUT_MS }: EmbeddingDeps,
  generation: Generation,
  signal: AbortSignal,
): AskEndpoint => {
  const opened = generation.sealed === null ? {} : openSecrets(keyring, { ownerId: generation.id, version: generation.version }, generation.sealed)
  secrets.add(opened, REDACT_MS)
  const paced = createPacedHttp(http, paces.of(fingerprintSecrets(keyring, 'request limits', opened), 'run'), () => new Date())
  const transport: EmbeddingTransport = { request: (request) => paced.request(request), toFailure: readHttpFailure }
  const apiKey = typeof opened['apiKey'] === 'string' ? opened['apiKey'] : null
  return (texts) => embedTexts(transport, { model: generation, apiKey, texts, timeoutMs, signal })
}

const embedRecords = async (work: Work, taken: readonly ClaimedRecord[]): Promise<void> => {
  const { deps, generation, claimant, sizes, signal } = work
  const maxTokens = Math.min(MAX_BATCH_TOKENS, (generation.tokensPerDay ?? Number.POSITIVE_INFINITY) / BATCHES_PER_DAY)
  const problems = new Map<string, string>()
  const ends: (ClaimedRecord & { readonly parts: number })[] = []
  let wanted: Wanted[] = []
  let tokens = 0
  const flush = async (): Promise<void> => {
    signal.throwIfAborted()
    const batch = wanted
    wanted = []
    tokens = 0
    for (const [name, problem] of await embedWanted(work, batch)) problems.set(name, problem)
  }
  for (const record of taken) {
    if (record.attempts > MAX_ATTEMPTS) {
      await finishRecord(deps.database, claimant, { ...record, parts: 0, problem: 'the worker ended whenever it had this record in hand' })
      continue
    }
    let parts = 0
    for await (const part of missingParts(work, record, (count) => (parts = count))) {
      if (wanted.length > 0 && (wanted.length >= sizes.of(claimant.space) || tokens + part.tokens > maxTokens)) await flush()
      wanted.push(part)
      tokens += part.tokens
    }
    ends.push({ ...record, parts })
  }
  if (wanted.length > 0) await flush()
  for (const record of ends) await finishRecord(deps.database, claimant, { ...record, problem: problems.get(nameOf(record)) ?? null })
}

const nameOf = ({ streamId, keyHash }: Pick<PartText, 'streamId' | 'keyHash'>): string => `${streamId}-${keyHash}`

/**
 * Yields the parts of a record that must be embedded, in order; vectors of the same text elsewhere are copied. Calls `onParts` with the number of its
 * parts.
 */
async function* missingParts(
  { deps: { database }, generation, claimant, signal }: Work,
  record: ClaimedRecord,
  onParts: (count: number) => void,
): AsyncGenerator<Wanted> {
  const { streamId, keyHash } = record
  for (let from = 0; ; from += PARTS_AT_A_TIME) {
    signal.throwIfAborted()
    const { title, parts } = await readEmbeddable(database, record, { from, limit: PARTS_AT_A_TIME })
    const inputs = parts.flatMap(({ ordinal, ...part }): Wanted[] => {
      const own = embeddingInput({ title, ...part })
      if (own === '') return []
      const input = `${generation.textPrefix}${own}`
      return [{ streamId, keyHash, ordinal, input, tokens: estimateTokens(input), hash: hashOf(input) }]
    })
    const last = inputs.at(-1)
    if (last !== undefined) onParts(last.ordinal + 1)
    const known = await findVectors(database, claimant.space, inputs)
    const copies = inputs.flatMap((input, n): readonly (PartText & StoredVector)[] => {
      const vector = known[n]
      return vector === null || vector === undefined || vector === 'same' ? [] : [{ ...input, ...vector }]
    })
    await writeVectors(database, claimant, copies)
    for (const [n, input] of inputs.entries()) if (known[n] === null) yield input
    if (parts.length < PARTS_AT_A_TIME) return
  }
}

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest().subarray(0, HASH_BYTES)

/** Embeds parts and writes their vectors; returns the problems of texts that have no vector, by record. */
const embedWanted = async ({ deps, generation, claimant, sizes, ask }: Work, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, string>> => {
  const { database, metrics } = deps
  // The same text may occur in several places.
  const texts = [...new Map(wanted.map((part) => [part.input, part])).values()]
  const estimate = Math.ceil(texts.reduce((sum, { tokens }) => sum + tokens, 0))
  if (!(await reserveTokens(database, claimant.space, estimate))) throw new BudgetUsed('the tokens of today are used up')
  const { texts: results, tokens } = await embedBatch(
    ask,
    texts.map(({ input }) => input),
  ).catch(async (error: unknown) => {
    const { reason } = toFailure(error)
    if (reason === 'TIMEOUT') sizes.report(claimant.space, false)
    metrics.countEmbeddings('failed', { texts: texts.length, tokens: 0 })
    await countTokens(database, claimant.space, -estimate)
    throw error
  })
  sizes.report(claimant.space, true)
  await countTokens(database, claimant.space, (tokens ?? estimate) - estimate)
  if (generation.failures > 0 || generation.problem !== null) await resumeGeneration(database, claimant.space)
  const byInput = new Map(texts.map(({ input }, n) => [input, results[n]]))
  const vectors: (PartText & StoredVector)[] = []
  const problems = new Map<string, string>()
  for (const part of wanted) {
    const result = byInput.get(part.input)
    if (result !== undefined && 'vector' in result) vectors.push({ ...part, ...toStoredVector(result.vector) })
    else problems.set(nameOf(part), result?.problem ?? 'it was left out')
  }
  await writeVectors(database, claimant, vectors)
  await holdRecords(database, claimant)
  metrics.countEmbeddings('made', { texts: vectors.length, tokens: tokens ?? estimate })
  if (problems.size > 0) metrics.countEmbeddings('refused', { texts: wanted.length - vectors.length, tokens: 0 })
  return problems
}
