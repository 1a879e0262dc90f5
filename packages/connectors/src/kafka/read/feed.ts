import type { Failure } from '@inlet/connector-sdk'
import type { Message } from '../records/message.js'
import type { Bell } from './bell.js'

/** What came of one partition, in order. */
export interface Chunk {
  readonly partition: number
  readonly messages: readonly Message[]
  /** Where the partition continues. */
  readonly nextOffset: number
  readonly bytes: number
}

/** What is fetched of one topic and waits to be taken. */
export interface Feed {
  readonly topic: string
  /** Takes all that waits, in order. Throws what ended the feed, after all that came before it was taken. */
  take(): readonly Chunk[]
  /** Resolves when there may be something to take, or after `ms`. */
  wait(ms: number): Promise<void>
  /** Ends a wait. */
  wake(): void
  /** Partitions whose next offset does not exist any more, or not yet; they rest until `seek`. */
  takeLost(): readonly number[]
  /** Fetches a partition from an offset. */
  seek(partition: number, offset: number): void
  /** The end of each partition as far as it is known. */
  readonly ends: ReadonlyMap<number, number>
  close(): void
}

/** The side of a feed that fetches. */
export interface OpenFeed extends Feed {
  /** What to fetch next, by partition. */
  readonly wanted: ReadonlyMap<number, number>
  /** Whether it takes more: otherwise its partitions pause. */
  readonly hungry: boolean
  push(chunk: Chunk): void
  noteEnd(partition: number, end: number): void
  noteLost(partition: number): void
  fail(failure: Failure): void
  /** Since when a partition could not be fetched; null when it could again. */
  noteTrouble(partition: number, at: number | null): number
}

/** A topic that waits with more than this rests until it was taken. */
const FULL_BYTES = 1024 * 1024

/** `goals`: where partitions need not be fetched any further. */
export const createFeed = (
  topic: string,
  goals: ReadonlyMap<number, number> | undefined,
  bells: { readonly taken: Bell; readonly came: Bell },
  onClose: () => void,
): OpenFeed => {
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
    get hungry() {
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
      bells.taken.ring()
      return all
    },
    wait: (ms) => (chunks.length > 0 || lost.size > 0 || failure !== undefined ? Promise.resolve() : bells.came.wait(ms)),
    wake: () => bells.came.ring(),
    takeLost() {
      const partitions = [...lost]
      lost.clear()
      return partitions
    },
    seek(partition, offset) {
      wanted.set(partition, offset)
      bells.taken.ring()
    },
    push(chunk) {
      chunks.push(chunk)
      bytes += chunk.bytes
      if (goals !== undefined && chunk.nextOffset >= (goals.get(chunk.partition) ?? 0)) wanted.delete(chunk.partition)
      else wanted.set(chunk.partition, chunk.nextOffset)
      bells.came.ring()
    },
    noteEnd: (partition, end) => void ends.set(partition, end),
    noteLost(partition) {
      wanted.delete(partition)
      lost.add(partition)
      bells.came.ring()
    },
    fail(because) {
      failure ??= because
      bells.came.ring()
    },
    noteTrouble(partition, at) {
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
