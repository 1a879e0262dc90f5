import type { Caveat, Failure } from '@inlet/connector-sdk'
import type { Document } from '../formats/document.js'
import type { RowEvent } from '../formats/row-event.js'
import type { Format } from '../settings.js'

/** `file`: the key of the item, or of the file of an archive that it is about. */
export type ItemEvent = { readonly file: string } & (
  | { readonly rows: readonly RowEvent[] }
  | { readonly document: Document; readonly name: string; readonly format: Format }
  | { readonly failure: Failure }
  | { readonly caveats: readonly Caveat[] }
)

export interface ReadItemOptions {
  /** The stream that asks; an item of the other is left alone. Absent: whoever owns it. */
  readonly owner?: 'rows' | 'documents'
  readonly signal: AbortSignal
}
