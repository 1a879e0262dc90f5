import type { Failure } from '@inlet/connector-sdk'

/** A file as it was found. */
export interface FileItem {
  /** Stable over installations: the id of an upload, or the path relative to its allowed root. */
  readonly key: string
  /** Orders items in the sequence of the listing. */
  readonly position: string
  /** The last part of the path, or the name the upload was given. */
  readonly name: string
  /** The real path; absent for an upload. */
  readonly path?: string
  readonly size: number
  readonly modifiedAt: Date
  /** When anything about it changed last, as the file system says, in ms; of an upload its creation. */
  readonly changedAtMs: number
  /** Tells versions of the file apart, and settings that read it otherwise. */
  readonly signature: string
}

/** `blind`: a folder could not be looked into, so what is missing may be there. */
export type Listed = { readonly item: FileItem } | { readonly key: string; readonly failure: Failure; readonly blind: boolean }
