import type { Cursor } from '@inlet/connector-sdk'

/** What a record means for the cursor: `old` ones are skipped, `future` ones go to quarantine. */
export type Sighting = 'ok' | 'old' | 'future'

/** Follows one read of one stream and decides which position is safe to save, and when. */
export interface CursorTracker {
  /** Parameters that limit the first request to what is new. */
  readonly params: Readonly<Record<string, string>>
  /** The page token to start with. */
  readonly token: string | null
  /** Classifies a record; called in reading order. */
  see(item: unknown): Sighting
  /** Returns the position that is safe once all records so far are stored; undefined if there is none yet. */
  afterPage(page: { readonly nextToken: string | null; readonly body: unknown; readonly dateHeader: string | undefined }): Cursor | undefined
  /** Returns parameters that start from the current position, if a page of ordered records has raised it; otherwise null. */
  raise(): Readonly<Record<string, string>> | null
  /** Whether nothing new can follow this page. */
  isDone(): boolean
  /** Returns the position after a complete read. */
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
