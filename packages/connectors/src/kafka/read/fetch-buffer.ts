import type { Failure } from '@inlet/connector-sdk'
import type { Message } from '../records/decode-batches.js'
import type { Signal } from './signal.js'

/** What was fetched from one partition, in order. */
export interface Chunk {
  readonly partition: number
  readonly messages: readonly Message[]
  /** Where the partition continues. */
  readonly nextOffset: number
  readonly bytes: number
}

/** What was fetched from one topic and waits to be taken. */
export interface FetchBuffer {
  readonly topic: string
  /** Takes everything that waits, in order. Throws what ended the buffer, after everything before it was taken. */
  take(): readonly Chunk[]
  /** Resolves when there may be something to take, or after `ms`. */
  wait(ms: number): Promise<void>
  /** Ends a wait. */
  wake(): void
  /** Returns partitions whose next offset no longer exists, or does not exist yet; they pause until `seek`. */
  takeLost(): readonly number[]
  /** Continues fetching a partition from an offset. */
  seek(partition: number, offset: number): void
  /** The end of each partition, as far as it is known. */
  readonly ends: ReadonlyMap<number, number>
  close(): void
}

/** The fetching side of a buffer. */
export interface OpenFetchBuffer extends FetchBuffer {
  /** What to fetch next, by partition. */
  readonly wanted: ReadonlyMap<number, number>
  /** Whether it takes more; otherwise its partitions pause. */
  readonly hasCapacity: boolean
  push(chunk: Chunk): void
  recordEnd(partition: number, end: number): void
  markLost(partition: number): void
  fail(failure: Failure): void
  /** Records when a fetch of a partition failed, or with null that it works again; returns for how long it has been failing, in ms. */
  recordFailure(partition: number, at: number | null): number
}

/** A topic with more than this waiting pauses until it is taken. */
const FULL_BYTES = 1024 * 1024

/** `goals`: up to which offset each partition is fetched. */
export const createFetchBuffer = (
  topic: string,
  goals: ReadonlyMap<number, number> | undefined,
  signals: { readonly taken: Signal; readonly came: Signal },
  onClose: () => void,
): OpenFetchBuffer => {
  let chunks: Chunk[] = []
  const wanted = new Map<number, number>()
  const ends = new Map<number, number>()
  const lost = new Set<number>()
  const troubles = new Map<number, number>()
  let bytes = 0
  let failure: Failure | undefined
  return {
    topic,
    wanted,
    ends,
    get hasCapacity() {
      return bytes < FULL_BYTES && failure === undefined
    },
    take() {
      const all = chunks
      if (all.length === 0) {
        if (failure !== undefined) throw failure
        return all
      }
      chunks = []
      bytes = 0
      signals.taken.notify()
      return all
    },
    wait: (ms) => (chunks.length > 0 || lost.size > 0 || failure !== undefined ? Promise.resolve() : signals.came.wait(ms)),
    wake: () => signals.came.notify(),
    takeLost() {
      const partitions = [...lost]
      lost.clear()
      return partitions
    },
    seek(partition, offset) {
      wanted.set(partition, offset)
      signals.taken.notify()
    },
    push(chunk) {
      chunks.push(chunk)
      bytes += chunk.bytes
      if (goals !== undefined && chunk.nextOffset >= (goals.get(chunk.partition) ?? 0)) wanted.delete(chunk.partition)
      else wanted.set(chunk.partition, chunk.nextOffset)
      signals.came.notify()
    },
    recordEnd: (partition, end) => void ends.set(partition, end),
    markLost(partition) {
      wanted.delete(partition)
      lost.add(partition)
      signals.came.notify()
    },
    fail(because) {
      failure ??= because
      signals.came.notify()
    },
    recordFailure(partition, at) {
      if (at === null) {
        troubles.delete(partition)
        return 0
      }
      const since = troubles.get(partition) ?? at
      troubles.set(partition, since)
      return at - since
    },
    close: onClose,
  }
}
