import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { JsonValue, RecordKey } from '@inlet/domain'
import type { SharedTokens } from './http/auth/shared-tokens.js'
import type { HttpClient } from './http/http-client.js'
import type { EgressGuard } from './net/egress-guard.js'
import type { PageRenderer } from './rendering/page-renderer.js'

/** Everything a connector may touch. */
export interface ConnectorContext<Config = unknown, Secrets = unknown> {
  readonly sourceId: string
  readonly config: Config
  /** Decrypted just in time; never log them or put them into a record, a cursor or an error. */
  readonly secrets: Secrets
  /**
   * Tokens obtained with these secrets and shared by all workers; also how to replace secrets that the remote system rotates on every use.
   * Absent where nothing can be stored, e.g. without a credential. Pass it to `createAuth` as `tokens`.
   */
  readonly tokens?: SharedTokens<Secrets> | undefined
  /** HTTP through the egress guard, with redirects, decompression and limits. */
  readonly http: HttpClient
  /** For clients that open their own sockets: connect only to the addresses it returns. */
  readonly egress: EgressGuard
  /** The browser of this worker, for pages that depend on scripts. Absent where there is none, as in most tests. */
  readonly renderer?: PageRenderer | undefined
  readonly log: ConnectorLog
  /** Aborts when the connection must close. */
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly known: KnownRecords
  readonly files: FileAccess
  /** Events that were pushed to this source. */
  readonly inbox: Inbox
  /**
   * Executable and leading arguments of each program that the operator lets sources run, by the name sources use (INLET_SINGER_TAPS). Absent: none.
   */
  readonly programs?: ReadonlyMap<string, readonly string[]> | undefined
  /** An existing folder of this worker that is private to this source, e.g. for a clone. It may be empty at any run. */
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
  /**
   * Returns the validators of the live records with these keys, by `keyText(key)`; keys that are not stored are absent. At most 1,000 keys a call.
   */
  lookup(stream: string, keys: readonly RecordKey[]): Promise<ReadonlyMap<string, string | null>>
  /** Iterates over all live records of a stream in key order, paging internally. */
  entries(stream: string): AsyncIterable<{ readonly key: string; readonly validator: string | null }>
}

/** A pushed event that was accepted. */
export interface PushedEvent {
  readonly id: string
  readonly type: string | null
  /** The headers that `receive` chose to keep, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly receivedAt: Date
}

/** The durable events of a source, in commit order. */
export interface Inbox {
  /**
   * Returns the events after the cursor, oldest first: at most 1,000 events or about 1 MiB, and none once all have been read. A page
   * built from them carries the cursor returned here, which records what has been stored. Null starts with the oldest event that is kept.
   * Throws CURSOR_INVALID or CURSOR_IN_FUTURE.
   */
  read(cursor: JsonValue | null): Promise<{ readonly events: readonly PushedEvent[]; readonly cursor: JsonValue }>
}

/** A regular file below an allowed root, open for reading. */
export interface OpenedFile {
  /** The real path, without links. */
  readonly path: string
  /** The real path of the root that contains it. */
  readonly root: string
  /** The caller closes it. */
  readonly handle: FileHandle
}

export interface FileAccess {
  /** Returns the real paths of the folders the operator allowed, without those that cannot be read now. Throws FILES_UNAVAILABLE when none can. */
  roots(): Promise<readonly string[]>
  /**
   * Returns the real path of a file or folder that the operator allowed (INLET_FILE_ROOTS).
   * Throws PATH_NOT_ALLOWED outside every root, PATH_ESCAPE when a link leaves its root, FILES_UNAVAILABLE when the root itself is missing, and
   * NOT_FOUND_UPSTREAM when nothing is there.
   */
  resolve(path: string): Promise<string>
  /**
   * Opens a regular file for reading, and checks it again after opening, so that a link swapped in after the first check cannot
   * escape. Never blocks on a FIFO. Throws what `resolve` throws, NOT_A_REGULAR_FILE or PERMISSION_DENIED.
   */
  open(path: string): Promise<OpenedFile>
  /** Opens an accepted upload. Its stream fails if the upload is deleted before the end. Throws NOT_FOUND_UPSTREAM. The caller consumes or destroys the stream. */
  openUpload(
    id: string,
  ): Promise<{ readonly name: string; readonly size: number; readonly sha256: string; readonly modifiedAt: Date; readonly stream: Readable }>
}
