import type { Cursor } from '@inlet/connector-sdk'

/** What a record means for the cursor: `old` ones are left out, `future` ones go to quarantine. */
export type Sighting = 'ok' | 'old' | 'future'

/** Follows one read of one stream and says which position is safe to save when. */
export interface CursorTracker {
  /** Parameters that make the first request ask only for what is new. */
  readonly params: Readonly<Record<string, string>>
  /** The page token to begin with. */
  readonly token: string | null
  /** Looks at a record, in the order of reading. */
  see(item: unknown): Sighting
  /** The position that is safe once all records so far are stored; undefined when there is none yet. */
  afterPage(page: { readonly nextToken: string | null; readonly body: unknown; readonly dateHeader: string | undefined }): Cursor | undefined
  /** Parameters that ask from the present position on, when that has risen by a page of ordered records; else null. */
  raise(): Readonly<Record<string, string>> | null
  /** Whether nothing new can follow after this page. */
  isDone(): boolean
  /** The position after a complete read. */
  atEnd(): Cursor | undefined
}

/** For streams without an incremental setting. */
export const createNoTracker = (): CursorTracker => ({
  params: {},
  token: null,
  see: () => 'ok',
  afterPage: () => undefined,
  raise: () => null,
  isDone: () => false,
  atEnd: () => undefined,
})
