import type { Document } from '../formats/document.js'
import type { RowEvent, TableLayout } from '../formats/row-event.js'
import type { OpenItem } from '../listing/item.js'
import type { Format } from '../settings.js'
import type { Owner } from './detect-format.js'

/** What an item, or a file of an archive, holds. */
export interface Content {
  readonly format: Format
  readonly owner: Owner
  /** Of a text, as far as it is known. */
  encoding?(): string
  /** How certain the encoding is, from 0 to 1; 1 unless it was guessed. */
  certainty?(): number
  /** How its tables so far were understood; all of them after the rows. */
  layouts?(): readonly TableLayout[]
  /** Whether bytes were met that the encoding does not know. */
  damaged?(): boolean
  /** The rows in groups, when `owner` is `rows`. */
  rows(): AsyncIterable<readonly RowEvent[]>
  /** The whole as one document, when `owner` is `documents`. */
  document(): Promise<Document>
  /** The files inside, when `owner` is `archive`; can be gone through once. */
  members(): AsyncIterable<Member>
  /** Whether the bytes of the item itself were, or will be, read to their end; else its hash is not known. */
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
  /** Absent for a file of an archive. */
  readonly item?: OpenItem
}
