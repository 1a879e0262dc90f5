import type { Caveat, JsonValue, Reason, RecordKey, RecordKind, RejectedRecord, SourceRecord } from '@inlet/domain'
import type { z } from 'zod'
import type { ConnectorContext } from './context.js'
import type { Importer } from './importer.js'
import type { PushedRequest, Receipt } from './receive.js'

/** A position in a stream: JSON of at most 8 KiB that only its connector understands. */
export type Cursor = JsonValue

/** A named set of records in a source. */
export interface StreamSpec {
  /** Stable across versions of the config; at most 200 characters. */
  readonly name: string
  readonly kind: RecordKind
  /** Whether pages carry cursors, so that an unchanged source costs next to nothing. */
  readonly incremental: boolean
  /** `events`: the connector yields deletes itself; `sweep`: it reports what exists and Inlet finds what is gone. */
  readonly deletes: 'none' | 'events' | 'sweep'
  /** The key fields, for people; shown by the API. */
  readonly keyFields?: readonly string[]
  /** Its records only say what other streams of the source hold, such as names and sizes of files: search shows those first. */
  readonly catalog?: boolean
}

/**
 * Records fetched together: at most 1,000 and about 1 MiB, whichever comes first.
 * Everything of a page is stored in order and exactly once in effect, whatever dies in between.
 */
export interface Page {
  readonly records: readonly SourceRecord[]
  /** Keys of items that exist and did not change, so that a sweep keeps them. Only for streams with `deletes: 'sweep'`. */
  readonly unchanged?: readonly RecordKey[]
  /** Becomes durable only after all records up to and including this page are. Absent: no position yet. */
  readonly cursor?: Cursor
  readonly rejected?: readonly RejectedRecord[]
  /**
   * "All that exists has been yielded since `read` was called": records of the stream (of the scope, when given) that this call has
   * not shown, as a record, as `unchanged` or as rejected with their key, are deleted. A read that continues in the middle reports what
   * stands before as `unchanged`. Yield it once, at the end. The page with the sweep of a whole stream is held back
   * until the reading says that it was complete; that of a scope takes effect at once, so it needs a proof of its own.
   */
  readonly sweep?: { readonly scope?: string }
  /** Store what was read so far at once, instead of waiting up to a second for a fuller batch. */
  readonly flush?: boolean
  /** What a person sees while it runs: any of them, cumulative. */
  readonly progress?: { readonly done?: number; readonly total?: number; readonly note?: string }
  /**
   * What was guessed, left out or read in part since the page before, e.g. an encoding: the run adds it up, shows it with examples, and is
   * `partial` when it concerns too much. A heuristic that can cost content reports here instead of only logging.
   */
  readonly caveats?: readonly Caveat[]
}

export interface ReadRequest {
  readonly stream: string
  /** The last committed cursor of the stream; null on the first run. Throw `CURSOR_IN_FUTURE` or `CURSOR_INVALID` if unusable. */
  readonly cursor: Cursor | null
  /** Stop within a second when it aborts. */
  readonly signal: AbortSignal
  /**
   * Only for connectors that are `continuous`: read on past the end and wait for more until it aborts, then yield what is at hand and
   * end. Absent: end when what existed at the beginning has been read, as every other connector does.
   */
  readonly until?: AbortSignal | undefined
}

/** What `connect` returns; pooled and reused for all runs of a source version; disposed when idle or at shutdown. */
export type Connection = AsyncDisposable

/**
 * THE contract of a connector. A connector is one folder that default-exports `defineConnector({...})` and touches
 * nothing but its context: no database, queue, process.env or other connector.
 *
 * Failures are thrown as `Failure` (see docs/errors.md); anything else counts as a defect of the connector.
 */
export interface Connector<Config = unknown, Secrets = unknown, C extends Connection = Connection> {
  /** The contract it follows; stamped by `defineConnector`. */
  readonly sdk?: number
  /** Lower-case identifier that sources name, e.g. `postgres`. */
  readonly type: string
  /** Semver of the connector; shown with its runs. */
  readonly version: string
  readonly title: string
  readonly description: string
  /** What `ctx.http` is made of: `axios` unless said; `node` for very many small requests, at about half the CPU. Both behave alike. */
  readonly transport?: 'axios' | 'node'
  /**
   * The source has no end: while it is ACTIVE one run follows the other, without a schedule. All streams are read at the same
   * time, until `ReadRequest.until`, so a read must wait for more without holding up the others.
   */
  readonly continuous?: boolean
  /** Settings, strict (unknown keys refused), every field with `.describe()`. Served as JSON Schema. */
  readonly configSchema: z.ZodType<Config>
  /** Secrets only: every field is encrypted at rest and never shown again. */
  readonly secretSchema: z.ZodType<Secrets>
  /** Deeper check of a parsed config that zod cannot express, e.g. parsing SQL. Pure and local; throws `Failure` with `field`. Called at save, at publish and in the worker. */
  validate?(config: Config, secrets: Secrets): void | Promise<void>
  /**
   * Addresses the config names, checked against the egress guard at save, e.g. `[{ field: 'url', url }]`. Stored secrets are bound to
   * them: settings that name another one need the secrets again. None: secrets are sent nowhere.
   */
  egress?(config: Config): readonly EgressTarget[]
  /**
   * What of the settings decides where secrets go, besides the addresses of `egress`: stored secrets are used only while it stays the same.
   * For connectors that hand secrets on, e.g. to a program. With neither of the two, all settings count.
   */
  secretScope?(config: Config): unknown
  /** The streams of a source. Called with a connection at the start of each run; discovery is allowed here. */
  streams(connection: C, signal: AbortSignal): Promise<readonly StreamSpec[]>
  /** Opens lazily: no I/O needed before first use. The caller disposes. */
  connect(ctx: ConnectorContext<Config, Secrets>): Promise<C>
  /**
   * Resolves within 10 s if source, credentials and permissions work, with what somebody should know all the same; else throws UNREACHABLE,
   * AUTH_FAILED or PERMISSION_DENIED, distinguished.
   */
  check(connection: C, signal: AbortSignal): Promise<readonly CheckWarning[] | void>
  /**
   * Reads one stream page by page from the cursor. Bounded memory however large the source. Returns whether it has seen all that exists
   * (see {@link ReadEnd}): "unknown" is never "none". An incomplete reading deletes nothing and makes the run `partial`;
   * it must not move the cursor past what it could not see.
   */
  read(connection: C, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void>
  /**
   * Verifies what senders push to /v1/hooks/{source}; `read` gets the accepted events from `ctx.inbox`. Pure and quick, no I/O, no
   * clock: it runs in the API before anything is stored. Throws SIGNATURE_INVALID for a request that does not prove its sender (the
   * message goes to the log, never into the answer), MALFORMED_JSON for a body that the settings do not allow.
   */
  receive?(request: PushedRequest<Config, Secrets>): Receipt
  /** Proposes settings from a description of the system, for connectors that can. */
  readonly importer?: Importer
  /** Lists and fetches items by path, for connectors that have such a notion. */
  readonly browse?: Browse<C>
}

/** Something that works and should be changed. The code is stable, upper case; the message says what to do. */
export interface CheckWarning {
  readonly code: string
  readonly message: string
}

/** `exact`: secrets are for this URL and not for its whole origin, e.g. a token endpoint. */
export type EgressTarget =
  | { readonly field: string; readonly url: string; readonly exact?: boolean }
  | { readonly field: string; readonly host: string; readonly port: number }

export interface BrowseItem {
  readonly name: string
  readonly path: string
  readonly directory: boolean
  readonly size?: number
  readonly modifiedAt?: string
  readonly metadata?: { readonly [key: string]: JsonValue }
}

export interface Browse<C extends Connection> {
  list(connection: C, path: string, signal: AbortSignal): AsyncGenerator<readonly BrowseItem[], void, void>
  metadata(connection: C, path: string, signal: AbortSignal): Promise<BrowseItem>
  /** Streams the raw bytes of an item. The caller consumes or destroys the stream. */
  fetch(connection: C, path: string, signal: AbortSignal): Promise<NodeJS.ReadableStream>
}

/** The number of this contract: raised by changes that a connector made before them would not survive. */
export const CONTRACT = 1

/** Checks the type of a connector and says which contract it follows. */
export const defineConnector = <Config, Secrets, C extends Connection>(connector: Connector<Config, Secrets, C>): Connector<Config, Secrets, C> => ({
  ...connector,
  sdk: CONTRACT,
})

/**
 * How the reading of a stream ended. `complete` is a claim about the source, so it names what proves it: an end marker, a
 * total that was reached, the commit of a transaction. Whatever cannot be proved is incomplete.
 */
export type ReadEnd =
  | { readonly complete: true; readonly proof: string }
  | { readonly complete: false; readonly reason: Reason; readonly message: string }

/** All that exists, or has come since the cursor, was yielded. `proof` is a short text for people. */
export const complete = (proof: string): ReadEnd => ({ complete: true, proof })

/** Something may be missing. `message` says what, without values of records. */
export const incomplete = (message: string, reason: Reason = 'READING_INCOMPLETE'): ReadEnd => ({ complete: false, reason, message })

/** What the worker takes a reading for whose connector says nothing, e.g. one without types. */
export const UNDECLARED_END: ReadEnd = incomplete('the connector does not say whether it has read everything')
