import { type BatchEnvelope, batchName } from '@inlet/domain'
import type { Queue } from 'bullmq'
import { packBatch } from './batch-jobs.js'
import type { PayloadStore } from './payloads.js'

/** States of a job whose id keeps the batch out of the queue, although it may not be being stored. */
const HELD = new Set(['active', 'completed', 'failed'])
/** How many batches are remembered; one that is forgotten is sent as if for the first time. */
const REMEMBERED = 10_000

interface Sent {
  /** How many earlier ids the batch has had. */
  copy: number
  /** Its id was found to be taken the last time. */
  held: boolean
  pending?: Promise<void> | undefined
}

/**
 * Puts batches into the queue: at first under a fixed id, and again under the same id if the job is gone. A batch whose id is found taken twice is
 * stuck with a process that died, and gets a new id, since the old one would keep it out.
 */
export const createBatchSender = (queue: Queue, payloads: PayloadStore, options: object): ((batch: BatchEnvelope) => Promise<void>) => {
  const sent = new Map<string, Sent>()

  const remember = (name: string): Sent | undefined => {
    const known = sent.get(name)
    sent.delete(name)
    sent.set(name, known ?? { copy: 0, held: false })
    for (const oldest of sent.keys()) {
      if (sent.size <= REMEMBERED) break
      sent.delete(oldest)
    }
    return known
  }
  const idOf = (name: string, { copy }: Sent): string => (copy === 0 ? name : `${name}.${copy}`)
  const add = async (batch: BatchEnvelope, jobId: string): Promise<void> =>
    void (await queue.add('batch', await packBatch(batch, payloads), { jobId, ...options }))

  const sendAgain = async (batch: BatchEnvelope, name: string, entry: Sent): Promise<void> => {
    const state = await queue.getJobState(idOf(name, entry))
    if (!HELD.has(state)) {
      entry.held = false
      if (state === 'unknown') await add(batch, idOf(name, entry))
      return
    }
    if (state === 'active' && !entry.held) {
      entry.held = true
      return
    }
    Object.assign(entry, { copy: entry.copy + 1, held: false })
    await add(batch, idOf(name, entry))
  }

  return async (batch) => {
    const name = batchName(batch)
    const known = remember(name)
    const entry = sent.get(name) as Sent
    // An attempt that still waits for its connection would otherwise put another copy into memory each time.
    entry.pending ??= (known === undefined ? add(batch, name) : sendAgain(batch, name, entry)).finally(() => {
      entry.pending = undefined
    })
    await entry.pending
  }
}
