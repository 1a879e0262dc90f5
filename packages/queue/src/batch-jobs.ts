import { type BatchEnvelope, type BatchJob, batchName } from '@inlet/domain'
import type { PayloadStore } from './payloads.js'

/**
 * The largest payload that is part of its job, in bytes. The engine keeps longer texts in memory of their own, which it maps for each of them; shorter
 * ones cost less than another round trip.
 */
const MAX_INLINE = 98_304

/** Returns the job of a batch; the payload of a large one is kept beside it first. */
export const packBatch = async ({ payload, ...head }: BatchEnvelope, payloads: PayloadStore): Promise<BatchJob> => {
  if (payload.length <= MAX_INLINE) return { ...head, v: 1, payload: payload.toString() }
  await payloads.put(batchName(head), payload)
  return { ...head, v: 2 }
}

/** Returns the batch of a job, or null if its payload is gone: another copy of the batch was stored, or its worker will send it again. */
export const unpackBatch = async (job: BatchJob, payloads: PayloadStore): Promise<BatchEnvelope | null> => {
  if (job.v === 1) return { ...job, payload: Buffer.from(job.payload) }
  const payload = await payloads.get(batchName(job))
  return payload === null ? null : { ...job, payload }
}

/** Frees soon what was kept beside a job, once nobody needs the batch any more. What cannot be removed expires. */
export const discardPayload = (job: BatchJob, payloads: PayloadStore): void => {
  if (job.v === 2) payloads.remove(batchName(job)).catch(() => {})
}
