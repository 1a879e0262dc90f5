import type { Document } from '../formats/document.js'
import type { RowEvent, TableLayout } from '../formats/row-event.js'
import type { OpenItem } from '../listing/item.js'
import type { Format } from '../settings.js'
import type { Owner } from './detect-format.js'

/** The content of an item, or of a file in an archive. */
export interface Content {
  readonly format: Format
  readonly owner: Owner
  /** The encoding of a text, as far as it is known. */
  encoding?(): string
  /** How certain the encoding is, from 0 to 1; 1 unless it was guessed. */
  certainty?(): number
  /** How its tables so far were understood; complete once the rows have ended. */
  layouts?(): readonly TableLayout[]
  /** Whether there were bytes that are invalid in the encoding. */
  damaged?(): boolean
  /** Yields the rows in groups, if `owner` is `rows`. */
  rows(): AsyncIterable<readonly RowEvent[]>
  /** Reads the whole as one document, if `owner` is `documents`. */
  document(): Promise<Document>
  /** Yields the files inside, if `owner` is `archive`; can be iterated once. */
  members(): AsyncIterable<Member>
  /** Whether the bytes of the item itself were, or will be, read to their end; otherwise its hash is not known. */
  readonly readsAll: boolean
  close(): Promise<void>
}

export interface Member {
  /** The path inside the archive. */
  readonly name: string
  /** Throws why it is refused, and what opening its content throws. The caller closes it before the next one. */
  open(): Promise<Content>
}

/** Where the bytes of some content come from. */
export interface Raw {
  /** The last part of its path. */
  readonly name: string
  readonly bytes: AsyncIterable<Buffer>
  /** Absent for a file in an archive. */
  readonly item?: OpenItem
}
