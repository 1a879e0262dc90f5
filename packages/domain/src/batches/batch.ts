import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../identity/canonical-json.js'

/** Limits of a batch; a single record may exceed MAX_BATCH_BYTES and is then sent alone. */
export const MAX_BATCH_RECORDS = 1_000
export const MAX_BATCH_BYTES = 1_048_576
/** The largest record that is stored; larger ones are RECORD_TOO_LARGE. */
export const MAX_RECORD_BYTES = 8_388_608
export const MAX_CURSOR_BYTES = 8_192

const cursorEffect = z.object({ stream: z.string(), cursor: z.json() })
/** A quarantined record whose retry is complete: all entries made from it are in this batch or earlier ones, or the mapping made none. */
const retryEffect = z.object({ id: z.string(), leftOut: z.boolean().optional() })
/**
 * A reading has shown everything that exists in the stream, or in one scope of it. `since`: the first batch of that reading; default: the first of
 * the attempt. `contents`: it showed everything with its content: nothing by its key alone, and nothing with a validator, which lets a connector skip
 * what it knows. `everyKey`: it showed the key of everything that exists, also of what could not be stored before. `gone`: the source does not list
 * the stream any more, which may have other causes than that its records are gone: only a confirmed run deletes them.
 */
const sweepEffect = z.object({
  stream: z.string(),
  scope: z.string().optional(),
  since: z.number().int().positive().optional(),
  contents: z.boolean().optional(),
  everyKey: z.boolean().optional(),
  gone: z.boolean().optional(),
})

/**
 * What happens once everything up to and including a batch is stored.
 *
 * The result of several batches is the same in whatever order they are stored, namely as if they had been stored by (epoch, seq), where
 * - `u` sets the content of its key, and `d` deletes it;
 * - `n` says that the key exists. It has no content, so it neither replaces nor revives anything, and holds back no older batch;
 * - `q` says that the key exists in a state that cannot be stored: its row in quarantine is open until a later `u` or `d` of the key;
 * - a sweep deletes what the entries of its own reading have not shown: `u`, `n` and `q` of batches from `since` up to its own. What an earlier
 *   reading showed, in this attempt or another, may be gone by now and does not count.
 */
export const batchEffects = z.object({
  cursors: z.array(cursorEffect).optional(),
  sweeps: z.array(sweepEffect).optional(),
  retries: z.array(retryEffect).optional(),
})
export type BatchEffects = z.infer<typeof batchEffects>

const batchHead = z.object({
  runId: z.uuid(),
  sourceId: z.uuid(),
  epoch: z.number().int().positive(),
  seq: z.number().int().positive(),
  version: z.number().int().positive(),
  /** How many upserts, deletes, unchanged and quarantined entries the payload contains. */
  counts: z.object({ u: z.number().int(), d: z.number().int(), n: z.number().int(), q: z.number().int() }),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().length(64),
  effects: batchEffects.optional(),
  /** A key of this batch is also in an earlier batch that was not yet stored when this one was forwarded. */
  overlaps: z.boolean().optional(),
  /** Names of streams whose seen keys must be recorded for a sweep. */
  sweptStreams: z.array(z.string()).optional(),
  /** The entries come out of quarantine; each is stored as of the batch it first came in. */
  retries: z.boolean().optional(),
  forwardedAt: z.number(),
})

/**
 * Records forwarded as one job. `payload` is a JSON array of {@link PackedRecord}, one a line, in UTF-8; `sha256` covers payload and effects, so that
 * the same (run, seq) with different content is noticed.
 */
export type BatchEnvelope = z.infer<typeof batchHead> & { readonly payload: Buffer }

/** A batch as the data of its job. In version 2 the payload is kept beside the job, under {@link batchName}. */
export const batchJob = z.discriminatedUnion('v', [batchHead.extend({ v: z.literal(1), payload: z.string() }), batchHead.extend({ v: z.literal(2) })])
export type BatchJob = z.infer<typeof batchJob>

/** What distinguishes a batch from every other one. */
export const batchName = ({ runId, epoch, seq }: Pick<BatchEnvelope, 'runId' | 'epoch' | 'seq'>): string => `${runId}.${epoch}.${seq}`

/** The short member names of a record inside a payload; absent members are null in the store. */
export interface PackedRecord {
  /** stream */
  readonly s: string
  /** key text and key hash (hex) */
  readonly k: string
  readonly h: string
  /** operation: u upsert, d delete, n unchanged (seen), q quarantine */
  readonly o: 'u' | 'd' | 'n' | 'q'
  /** content hash (hex) */
  readonly c?: string
  readonly kind?: string
  readonly title?: string
  readonly text?: string
  readonly url?: string
  readonly at?: string
  readonly data?: unknown
  readonly val?: string
  /** the item that owns it, for quarantine entries as well */
  readonly scope?: string
  /** quarantine: reason, message, raw */
  readonly r?: string
  readonly m?: string
  readonly raw?: string
  /** quarantine: JSON text of the complete record, so that it can be retried */
  readonly rec?: string
  /** out of quarantine: its id there, epoch and sequence number of the batch it first came in */
  readonly qid?: string
  readonly qe?: number
  readonly qs?: number
}

/**
 * Returns the sha256 over payload and effects of a batch; canonical, since a queue in Postgres may return effects with their keys in another order.
 */
export const batchHash = (payload: Buffer, effects: BatchEnvelope['effects']): string => {
  const hash = createHash('sha256').update(payload)
  return (effects === undefined ? hash : hash.update(canonicalJson(effects))).digest('hex')
}
