import { keyText } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import type { Listed, Listing } from './item.js'

const BATCH = 500

export interface ListedBatch {
  readonly listed: readonly Listed[]
  /** Validators of what is stored, by key, for each requested stream. */
  readonly known: readonly ReadonlyMap<string, string | null>[]
}

/** Yields the items of a listing with what is stored of them in the given streams, whose keys are those of the items. */
export async function* listInBatches(
  connection: ItemConnection,
  listing: Listing,
  { streams, signal }: { streams: readonly string[]; signal: AbortSignal },
): AsyncGenerator<ListedBatch, void, void> {
  let batch: Listed[] = []
  const finish = async (): Promise<ListedBatch> => {
    const listed = batch
    batch = []
    const keys = [...new Set(listed.map((entry) => keyText('item' in entry ? entry.item.key : entry.key)))]
    return { listed, known: await Promise.all(streams.map((stream) => connection.ctx.known.lookup(stream, keys))) }
  }
  for await (const entry of listing.items(signal)) {
    batch.push(entry)
    if (batch.length >= BATCH) yield await finish()
  }
  if (batch.length > 0) yield await finish()
}
