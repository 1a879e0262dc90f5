import { Failure, type ReadEnd, type RecordKey } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import type { ApiConnection } from '../connection.js'
import type { Parents } from '../request/template.js'
import { readList } from './read-list.js'
import { toKey } from './to-key.js'
import { toData } from './to-record.js'

/** The ancestors a nested stream is read for, and the key that its records inherit; for a top-level stream there is one, without ancestors. */
export interface ParentRecord {
  readonly parents: Parents
  readonly key: RecordKey | null
}

export interface ParentOptions {
  readonly signal: AbortSignal
  /** Called for a record without a key, which is skipped together with everything nested in it. */
  readonly onBroken: (failure: Failure) => void
  /** Called at the end of each list of parents. */
  readonly onEnd: (end: ReadEnd) => void
}

/** Walks through the records of the parent stream, which is read again completely. Throws the failures of {@link readList}. */
export async function* readParents(
  connection: ApiConnection,
  stream: StreamConfig,
  options: ParentOptions,
): AsyncGenerator<ParentRecord, void, void> {
  const { parent } = stream
  const { signal, onBroken, onEnd } = options
  const above = connection.ctx.config.streams.find((candidate) => candidate.name === parent?.stream)
  if (parent === undefined || above === undefined) {
    yield { parents: [], key: null }
    return
  }
  for await (const grand of readParents(connection, above, options)) {
    const list = readList(connection, { stream: above, parents: grand.parents, params: {}, token: null, signal })
    for await (const page of withEnd(list, onEnd)) {
      for (const item of page.items) {
        const key = parent.keyed ? keyOrFailure(item, above, grand.key) : null
        if (key instanceof Failure) onBroken(key)
        else yield { parents: [item, ...grand.parents], key }
      }
    }
  }
}

/** Yields the same pages and reports their end, which a loop does not see. */
export async function* withEnd<T>(pages: AsyncGenerator<T, ReadEnd, void>, onEnd: (end: ReadEnd) => void): AsyncGenerator<T, void, void> {
  onEnd(yield* pages)
}

const keyOrFailure = (item: unknown, stream: StreamConfig, parentKey: RecordKey | null): RecordKey | Failure => {
  try {
    return toKey(toData(item), stream.keyFields, parentKey)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}
