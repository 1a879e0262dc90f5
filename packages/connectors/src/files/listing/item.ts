import type { FileHandle } from 'node:fs/promises'
import type { Failure, JsonObject } from '@inlet/connector-sdk'

/** A file, upload or blob as it was found. */
export interface Item {
  /** The same on every installation, e.g. the path relative to an allowed root, or the name of a blob. */
  readonly key: string
  /** Orders items as in the listing. */
  readonly position: string
  /** The last part of the path. */
  readonly name: string
  readonly size: number
  readonly modifiedAt: Date
  /** When anything about it last changed, by the clock of the store, in ms. */
  readonly changedAtMs: number
  /** Distinguishes versions of the item, and settings that read it differently. */
  readonly signature: string
  /** What its record in `files` contains besides name, size and time. */
  readonly data: JsonObject
  /** Opens this version or a newer one. Throws NOT_FOUND_UPSTREAM, PERMISSION_DENIED and what its store throws. The caller closes it. */
  open(signal: AbortSignal): Promise<OpenItem>
}

/** `blind`: a folder could not be read, so a missing item may be there. */
export type Listed<I extends Item = Item> = { readonly item: I } | { readonly key: string; readonly failure: Failure; readonly blind: boolean }

/** The items of a source, listed again. */
export interface Listing<I extends Item = Item> {
  /** Yields the items in the order of their positions; nothing is opened, and only a part of the listing is held. */
  items(signal: AbortSignal): AsyncGenerator<Listed<I>, void, void>
  /** Whether an item that was stored earlier is certainly gone, or no longer selected. */
  isGone(key: string): Promise<boolean>
}

/** The raw bytes of an item, as stored. */
export interface OpenItem {
  /** Of the exact version that is open. */
  readonly signature: string
  readonly size: number
  /** Of a local file; stays open until `close`. */
  readonly handle?: FileHandle
  /** Reads the bytes from `start` up to `end`, for a store that returns parts of an item. */
  readonly readAt?: (start: number, end: number) => Promise<Buffer>
  /** All of it in pieces of at most 64 KiB, once. */
  readonly bytes: AsyncIterable<Buffer>
  /** Returns the hash of the bytes read so far, in hex. */
  sha256(): string
  /** Whether the item is still the version that was opened; checked after the last byte. */
  isUnchanged(): Promise<boolean>
  close(): Promise<void>
}
