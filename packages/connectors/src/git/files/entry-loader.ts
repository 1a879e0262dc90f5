import { type KnownRecords, keyText, type RecordKey, type RejectedRecord, type SourceRecord } from '@inlet/connector-sdk'
import type { ObjectReader } from '../cli/object-reader.js'
import type { GitConfig } from '../config.js'
import type { FileEntry } from './file-entries.js'
import { decodeText, FILES, type FileContent, type FileOrigin, isFileMode, toFileRecord } from './file-record.js'

/** The outcome of one entry; `item` is null when it is not selected. */
export interface LoadedEntry {
  readonly entry: FileEntry
  readonly item: { record: SourceRecord } | { rejected: RejectedRecord } | { unchanged: RecordKey } | null
  /** Approximate size of the item in bytes. */
  readonly bytes: number
}

export interface LoaderParts {
  readonly objects: ObjectReader
  readonly known: KnownRecords
  readonly config: GitConfig
  readonly origin: FileOrigin
  /** Suffix of every validator, so that different settings yield different validators. */
  readonly validatorEnd: string
}

export interface LoadOrder {
  readonly isSelected: (path: string) => boolean
  /** Entries of the batch before this index were read before an interruption. */
  readonly from: number
}

const BASE_BYTES = 500

/** Turns entries into items, with one blob in memory at a time. In a full listing, files stored with the same validator are `unchanged`. */
export const createEntryLoader = (parts: LoaderParts) =>
  async function* load(batch: readonly FileEntry[], order: LoadOrder): AsyncGenerator<LoadedEntry, void, void> {
    const isWanted = (entry: FileEntry): boolean => isFileMode(entry.mode) && order.isSelected(entry.path)
    const fresh = batch.filter((entry, index) => index >= order.from && isWanted(entry))
    const stored = await parts.known.lookup(
      FILES,
      fresh.filter((entry) => entry.oldMode === null).map((entry) => entry.path),
    )
    const isStored = (entry: FileEntry): boolean => stored.get(keyText(entry.path)) === validatorOf(parts, entry)
    const changed = fresh.filter((entry) => !isStored(entry))
    const found = await parts.objects.sizes(changed.map((entry) => entry.id))
    const sizes = new Map(changed.map((entry, index) => [entry, found[index] ?? null]))
    for (const [index, entry] of batch.entries()) {
      if (index < order.from) yield { entry, item: entry.oldMode === null && isWanted(entry) ? { unchanged: entry.path } : null, bytes: 0 }
      else if (!isWanted(entry)) yield { entry, item: order.isSelected(entry.path) ? goneItem(entry) : null, bytes: BASE_BYTES }
      else if (isStored(entry)) yield { entry, item: { unchanged: entry.path }, bytes: 0 }
      else yield { entry, ...(await loadOne(parts, entry, sizes.get(entry) ?? null)) }
    }
  }

const validatorOf = ({ validatorEnd }: LoaderParts, entry: FileEntry): string => `${entry.id} ${entry.mode} ${validatorEnd}`

/** A path that was a file at the base and no longer is. */
const goneItem = (entry: FileEntry): LoadedEntry['item'] =>
  isFileMode(entry.oldMode) && !isFileMode(entry.mode)
    ? { record: { stream: FILES, key: entry.path, kind: 'document', op: 'delete', data: {} } }
    : null

const loadOne = async (parts: LoaderParts, entry: FileEntry, size: number | null): Promise<Pick<LoadedEntry, 'item' | 'bytes'>> => {
  if (size === null) {
    const message = `the content of ${entry.path} (${entry.id}) is missing in the repository`
    return { item: { rejected: { stream: FILES, key: entry.path, reason: 'FILE_UNREADABLE', message } }, bytes: BASE_BYTES }
  }
  const content = await contentOf(parts, entry, size)
  const record = toFileRecord(entry, parts.origin, { size, validator: validatorOf(parts, entry), content })
  return { item: { record }, bytes: BASE_BYTES + 2 * entry.path.length + ('text' in content ? Buffer.byteLength(content.text) : 0) }
}

const contentOf = async ({ objects, config }: LoaderParts, entry: FileEntry, size: number): Promise<FileContent> => {
  if (!config.contents) return { left: 'names_only' }
  if (size > config.maxFileBytes) return { left: 'too_large' }
  return decodeText(await objects.content(entry.id)) ?? { left: 'binary' }
}
