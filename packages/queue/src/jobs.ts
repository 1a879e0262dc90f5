import { batchJob } from '@inlet/domain'
import { z } from 'zod'

/**
 * The four queues and the contract of every job in them. Envelopes carry `v`, so that old and new versions run side by side: an old process hands a job with
 * a higher one, or of a name that it does not know, back to the queue, where a new one takes it. Members that an old process may ignore can be added
 * without raising `v`; the effects of a batch are hashed and raise it.
 */
export const QUEUES = { ingestion: 'ingestion', scribe: 'ingestion-scribe', calls: 'connector-calls', maintenance: 'maintenance' } as const
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES]

export const JOBS = {
  /** A due moment of a schedule, created by the job scheduler of its source. */
  tick: z.object({ v: z.literal(1), sourceId: z.uuid() }),
  /** One ingestion of a source. */
  run: z.object({ v: z.literal(1), runId: z.uuid() }),
  /** Records on their way to the store. */
  batch: batchJob,
  /** A short request-response call; request and response are stored in Postgres. */
  call: z.object({ v: z.literal(1), callId: z.uuid() }),
  /** Enqueued by earlier versions only, like `retention`. */
  reconcile: z.object({ v: z.literal(1) }),
  retention: z.object({ v: z.literal(1) }),
  /** Reseals with the primary master key what older keys sealed. */
  rotate: z.object({ v: z.literal(1) }),
} as const
export type JobName = keyof typeof JOBS
/** The newest version of each job's data that this process understands; 1 unless it is named. */
export const NEWEST: { readonly [N in JobName]?: number } = { batch: 2 }
export type JobData<N extends JobName> = z.infer<(typeof JOBS)[N]>
