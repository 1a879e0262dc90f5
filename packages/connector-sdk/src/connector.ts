import type { Caveat, JsonValue, Reason, RecordKey, RecordKind, RejectedRecord, SourceRecord } from '@inlet/domain'
import type { z } from 'zod'
import type { ConnectorContext } from './context.js'
import type { Importer } from './importer.js'
import type { PushedRequest, Receipt } from './receive.js'

/** A position in a stream: JSON of at most 8 KiB whose meaning only its connector knows. */
export type Cursor = JsonValue

/** A named set of records in a source. */
export interface StreamSpec {
  /** Stable across versions of the config; at most 200 characters. */
  readonly name: string
  readonly kind: RecordKind
  /** Whether pages carry cursors, so that reading an unchanged source costs next to nothing. */
  readonly incremental: boolean
  /** `events`: the connector yields deletes itself; `sweep`: it reports what exists, and Inlet works out what is gone. */
  readonly deletes: 'none' | 'events' | 'sweep'
  /** The key fields, for display; shown by the API. */
  readonly keyFields?: readonly string[]
  /** The records only describe what other streams of the source contain, such as names and sizes of files: search ranks those streams first. */
  readonly catalog?: boolean
}

/**
 * Records fetched together: at most 1,000 and about 1 MiB, whichever comes first.
 * The contents of a page are stored in order and with exactly-once effect, whichever process dies along the way.
 */
export interface Page {
  readonly records: readonly SourceRecord[]
  /** Keys of items that exist but did not change, so that a sweep keeps them. Only for streams with `deletes: 'sweep'`. */
  readonly unchanged?: readonly RecordKey[]
  /** Committed only after every record up to and including this page. Absent: no position yet. */
  readonly cursor?: Cursor
  readonly rejected?: readonly RejectedRecord[]
  /**
   * "Everything that exists has been yielded since `read` was called": records of the stream (or of the scope, if given) that this call has
   * not reported, whether as a record, as `unchanged` or as rejected with their key, are deleted. A read that continues partway through reports
   * everything before its position as `unchanged`. Yield it once, at the end. A page that sweeps a whole stream is held back until the read
   * ends as complete; the sweep of a scope takes effect at once, so it needs its own proof. `everyKey`: this call has also shown what could not be
   * stored before, at least by its key, so that whatever else is in quarantine is gone.
   */
  readonly sweep?: { readonly scope?: string; readonly everyKey?: boolean }
  /** Stores what has been read so far immediately, instead of waiting up to a second for a fuller batch. */
  readonly flush?: boolean
  /** Progress shown to people during the run; every field is optional, and the numbers are cumulative. */
  readonly progress?: { readonly done?: number; readonly total?: number; readonly note?: string }
  /**
   * What was guessed, left out or read only in part since the previous page, e.g. an encoding. The run adds these up, shows them with examples,
   * and ends as `partial` when they affect too much. A heuristic that can lose content must report here, not just log.
   */
  readonly caveats?: readonly Caveat[]
}

export interface ReadRequest {
  readonly stream: string
  /** The last committed cursor of the stream; null on the first run. Throw `CURSOR_IN_FUTURE` or `CURSOR_INVALID` if it is unusable. */
  readonly cursor: Cursor | null
  /** Stop within a second of its abort. */
  readonly signal: AbortSignal
  /**
   * Only for `continuous` connectors: keep reading past the end and wait for more until it aborts, then yield what is at hand and
   * end. Absent: end once everything that existed at the start has been read, as every other connector does.
   */
  readonly until?: AbortSignal | undefined
  /**
   * A person has confirmed that most records are to be deleted. Inlet refuses the sweep of a whole stream without that; a connector whose scopes
   * hold many records holds the sweep back itself (`massDeleteLimit`), reports MASS_DELETE_REFUSED as a caveat, and reads the scope again in every
   * run until it may sweep it.
   */
  readonly allowMassDelete?: boolean | undefined
}

/** What `connect` returns: pooled, reused by all runs of a source version, and disposed when idle or at shutdown. */
export type Connection = AsyncDisposable

/**
 * The connector contract. A connector is one folder that default-exports `defineConnector({...})` and touches
 * nothing but its context: no database, queue, process.env or other connector.
 * Failures are thrown as `Failure` (see docs/errors.md); anything else counts as a bug in the connector.
 */
export interface Connector<Config = unknown, Secrets = unknown, C extends Connection = Connection> {
  /** The version of the contract it follows; set by `defineConnector`. */
  readonly sdk?: number
  /** Lower-case identifier by which sources name it, e.g. `postgres`. */
  readonly type: string
  /** Semantic version of the connector; shown with its runs. */
  readonly version: string
  readonly title: string
  readonly description: string
  /** The transport behind `ctx.http`: `axios` by default; `node` for very many small requests, at about half the CPU. Both behave alike. */
  readonly transport?: 'axios' | 'node'
  /**
   * The source never ends: while it is ACTIVE, one run follows another without a schedule. All streams are read at the same
   * time, until `ReadRequest.until`, so a read that waits for more must not hold up the others.
   */
  readonly continuous?: boolean
  /** How many streams of a source are read at the same time over one connection; 1 by default. A continuous source always reads all. */
  readonly parallelStreams?: number
  /** Settings: strict (unknown keys are refused), every field with `.describe()`. Served as JSON Schema. */
  readonly configSchema: z.ZodType<Config>
  /** Secrets only: every field is encrypted at rest and never shown again. */
  readonly secretSchema: z.ZodType<Secrets>
  /**
   * Checks what zod cannot express about a parsed config, e.g. by parsing SQL. Pure and local; throws
   * `Failure` with `field`. Called at save, at publish and in the worker.
   */
  validate?(config: Config, secrets: Secrets): void | Promise<void>
  /**
   * Addresses named in the config, checked against the egress guard at save, e.g. `[{ field: 'url', url }]`. Stored secrets are bound to
   * them: settings that name a different address need the secrets again. Absent: secrets are sent nowhere.
   */
  egress?(config: Config): readonly EgressTarget[]
  /**
   * The settings that decide where secrets go, besides the addresses of `egress`: stored secrets are used only while these stay the same.
   * For connectors that pass secrets on, e.g. to a program. If a connector has neither, every setting counts.
   */
  secretScope?(config: Config): unknown
  /** Returns the streams of a source. Called with a connection at the start of each run; may perform discovery. */
  streams(connection: C, signal: AbortSignal): Promise<readonly StreamSpec[]>
  /** Opens a connection lazily: no I/O is needed before its first use. The caller disposes it. */
  connect(ctx: ConnectorContext<Config, Secrets>): Promise<C>
  /**
   * Resolves within 10 s if source, credentials and permissions work, with any warnings; otherwise throws UNREACHABLE,
   * AUTH_FAILED or PERMISSION_DENIED, whichever applies.
   */
  check(connection: C, signal: AbortSignal): Promise<readonly CheckWarning[] | void>
  /**
   * Reads one stream page by page from the cursor, in bounded memory however large the source. Returns whether it has seen everything that
   * exists (see {@link ReadEnd}): "unknown" is never "none". An incomplete read deletes nothing and makes the run `partial`;
   * it must not move the cursor past anything it could not see.
   */
  read(connection: C, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void>
  /**
   * Verifies what senders push to /v1/hooks/{source}; `read` gets the accepted events from `ctx.inbox`. Pure and quick, without I/O or a
   * clock: it runs in the API before anything is stored. Throws SIGNATURE_INVALID for a request that does not authenticate its sender (the
   * message goes to the log, never into the response), and MALFORMED_JSON for a body that the settings do not allow.
   */
  receive?(request: PushedRequest<Config, Secrets>): Receipt
  /** Proposes settings from a description of the system, for connectors that support it. */
  readonly importer?: Importer
  /** Lists and fetches items by path, for connectors to which paths mean something. */
  readonly browse?: Browse<C>
}

/** Something that works but should be changed. `code` is stable and upper case; `message` says what to do. */
export interface CheckWarning {
  readonly code: string
  readonly message: string
}

/** `exact`: secrets are bound to this URL rather than its whole origin, e.g. a token endpoint. */
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

/** The version of this contract, raised by changes that would break existing connectors. */
export const CONTRACT = 1

/** Type-checks a connector and records the version of the contract it follows. */
export const defineConnector = <Config, Secrets, C extends Connection>(connector: Connector<Config, Secrets, C>): Connector<Config, Secrets, C> => ({
  ...connector,
  sdk: CONTRACT,
})

/**
 * How reading a stream ended. `complete` is a claim about the source, so it names its proof: an end marker, a
 * total that was reached, the commit of a transaction. Anything that cannot be proved is incomplete.
 */
export type ReadEnd =
  | { readonly complete: true; readonly proof: string }
  | { readonly complete: false; readonly reason: Reason; readonly message: string }

/** Everything that exists, or that has arrived since the cursor, was yielded. `proof` is a short text for people. */
export const complete = (proof: string): ReadEnd => ({ complete: true, proof })

/** Something may be missing. `message` says what, without values from records. */
export const incomplete = (message: string, reason: Reason = 'READING_INCOMPLETE'): ReadEnd => ({ complete: false, reason, message })

/** The end that the worker assumes when a connector returns none, e.g. one written without types. */
export const UNDECLARED_END: ReadEnd = incomplete('the connector does not say whether it has read everything')
