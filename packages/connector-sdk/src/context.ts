import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { RecordKey } from '@inlet/domain'
import type { HttpClient } from './http/http-client.js'
import type { EgressGuard } from './net/egress-guard.js'

/** All that a connector may touch. */
export interface ConnectorContext<Config = unknown, Secrets = unknown> {
  readonly sourceId: string
  readonly config: Config
  /** Decrypted just in time; never log, never put into a record, a cursor or an error. */
  readonly secrets: Secrets
  /**
   * Replaces single secrets for good, for credentials that the other side rotates with each use; resolves once they are
   * durable. Absent where nothing can be stored, e.g. while a draft is checked.
   */
  storeSecrets?(changed: Partial<Secrets>): Promise<void>
  /** HTTP through the egress guard, with redirects, decompression and limits. */
  readonly http: HttpClient
  /** For clients that open their own sockets: connect only to what it returns. */
  readonly egress: EgressGuard
  readonly log: ConnectorLog
  /** Aborts when the connection must close. */
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly known: KnownRecords
  readonly files: FileAccess
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
