import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { JsonValue, RecordKey } from '@inlet/domain'
import type { SharedTokens } from './http/auth/shared-tokens.js'
import type { HttpClient } from './http/http-client.js'
import type { EgressGuard } from './net/egress-guard.js'
import type { PageRenderer } from './rendering/page-renderer.js'

/** All that a connector may touch. */
export interface ConnectorContext<Config = unknown, Secrets = unknown> {
  readonly sourceId: string
  readonly config: Config
  /** Decrypted just in time; never log, never put into a record, a cursor or an error. */
  readonly secrets: Secrets
  /**
   * Tokens got with these secrets and shared by all workers; also the way to replace secrets that the other side rotates with each use.
   * Absent where nothing can be stored, e.g. without a credential. `createAuth` takes it as `tokens`.
   */
  readonly tokens?: SharedTokens<Secrets> | undefined
  /** HTTP through the egress guard, with redirects, decompression and limits. */
  readonly http: HttpClient
  /** For clients that open their own sockets: connect only to what it returns. */
  readonly egress: EgressGuard
  /** The browser of this worker, for pages that need their scripts to run. Absent where there is none, e.g. in tests without. */
  readonly renderer?: PageRenderer | undefined
  readonly log: ConnectorLog
  /** Aborts when the connection must close. */
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly known: KnownRecords
  readonly files: FileAccess
  /** Events that were pushed to this source. */
  readonly inbox: Inbox
  /** Executable and first arguments of the programs that the operator lets sources run, by the name sources use (INLET_SINGER_TAPS). Absent: none. */
  readonly programs?: ReadonlyMap<string, readonly string[]> | undefined
  /** An existing private folder of this source on this worker, e.g. for a clone. May be empty at any run. */
  readonly workDir: string
}

export interface ConnectorLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What is already stored of a stream, as of the last commit. Lets a connector skip unchanged items without a large cursor. */
export interface KnownRecords {
  /** Validators of the live records with these keys; a key that is not stored is missing in the answer. At most 1,000 keys a call. Keys of the map are `keyText(key)`. */
  lookup(stream: string, keys: readonly RecordKey[]): Promise<ReadonlyMap<string, string | null>>
  /** All live records of a stream in key order, paged inside. */
  entries(stream: string): AsyncIterable<{ readonly key: string; readonly validator: string | null }>
}

/** An event as it was pushed and accepted. */
export interface PushedEvent {
  readonly id: string
  readonly type: string | null
  /** Those that `receive` chose to keep, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly receivedAt: Date
}

/** The durable events of a source in the order they were committed. */
export interface Inbox {
  /**
   * What lies after the cursor, oldest first: at most 1,000 events or about 1 MiB, none when all have been read. A page
   * that is made of them carries the cursor given here: it says what has been stored. Null begins with the oldest event that is kept.
   * Throws CURSOR_INVALID, CURSOR_IN_FUTURE.
   */
  read(cursor: JsonValue | null): Promise<{ readonly events: readonly PushedEvent[]; readonly cursor: JsonValue }>
}

/** A regular file below an allowed root, open for reading. */
export interface OpenedFile {
  /** The real path, free of links. */
  readonly path: string
  /** The real path of the root it lies below. */
  readonly root: string
  /** The caller closes it. */
  readonly handle: FileHandle
}

export interface FileAccess {
  /** The real paths of the folders the operator allowed; those that do not exist now are left out. */
  roots(): Promise<readonly string[]>
  /**
   * The real path of a file or folder the operator allowed (INLET_FILE_ROOTS).
   * Throws PATH_NOT_ALLOWED outside of every root, PATH_ESCAPE when a link leaves its root, NOT_FOUND_UPSTREAM when absent.
   */
  resolve(path: string): Promise<string>
  /**
   * Opens a regular file for reading, checked again after opening, so that a link put there after the check does not
   * escape. Never blocks on a FIFO. Throws what `resolve` throws, NOT_A_REGULAR_FILE or PERMISSION_DENIED.
   */
  open(path: string): Promise<OpenedFile>
  /** The bytes of an accepted upload. Throws NOT_FOUND_UPSTREAM. The caller consumes or destroys the stream. */
  openUpload(
    id: string,
  ): Promise<{ readonly name: string; readonly size: number; readonly sha256: string; readonly createdAt: Date; readonly stream: Readable }>
}
