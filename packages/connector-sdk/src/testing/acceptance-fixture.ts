import type { Reason } from '@inlet/domain'
import type { Cursor } from '../connector.js'
import type { Inbox } from '../context.js'
import type { PageRenderer } from '../rendering/page-renderer.js'
import type { TestUpload } from './context/test-upload.js'
import type { RecordStore } from './store/record-store.js'

/** Settings that deviate from those of the fixture; what is absent is taken from the fixture. */
export interface Variant {
  readonly config?: unknown
  readonly secrets?: unknown
  readonly allow?: readonly string[]
  readonly inbox?: Inbox
}

export interface FailureCase extends Variant {
  /** The reasons that are right for it; a default for each kind of failure when absent. */
  readonly expectReason?: Reason | readonly Reason[]
}

export interface HostileCase extends Variant {
  readonly name: string
  readonly expectReason: Reason | readonly Reason[]
  /** The reason is expected among the rejected records of a read that otherwise succeeds. */
  readonly rejected?: boolean
  /** Milliseconds until the failure must have been thrown; default 20,000. */
  readonly withinMs?: number
}

export interface DriftCase {
  readonly name: string
  /** Changes the schema of the source. The cases run one after the other on the same fixture. */
  apply(): Promise<void>
  /** How the next read must end; absent: it succeeds. */
  readonly expectReason?: Reason | readonly Reason[]
  /** Looks at what is stored afterwards; throws when it is wrong. */
  verify?(store: RecordStore): void | Promise<void>
}

/**
 * A real counterpart with some data, as one connector's suite needs it. Every check gets its own from the factory and
 * closes it. A part that is needed by a check and missing here fails that check, unless the suite skips it with a reason.
 */
export interface AcceptanceFixture {
  /** Raw settings, before the schema. Small pages make the checks sharp: aim at 5 to 30 pages a stream. */
  readonly config: unknown
  /** Raw secrets. Use long random strings: each string of at least 6 characters is searched for as a canary. */
  readonly secrets?: unknown
  /** Entries of INLET_EGRESS_ALLOW, e.g. `127.0.0.1:8080`. */
  readonly allow?: readonly string[]
  /** Entries of INLET_FILE_ROOTS. */
  readonly roots?: readonly string[]
  readonly uploads?: readonly TestUpload[]
  /** What was pushed to the source, for connectors that receive; default: nothing. */
  readonly inbox?: Inbox
  /** The browser, for connectors that use one. The fixture closes it. */
  readonly renderer?: PageRenderer
  /** Programs that the source may run, as in INLET_SINGER_TAPS. */
  readonly programs?: ReadonlyMap<string, readonly string[]>
  /** Records that a full read gives at least, over all streams. */
  readonly minRecords: number
  /** Key texts that a full read must give, by stream, from an independent source. */
  truth?(): Promise<ReadonlyMap<string, ReadonlySet<string>>>
  /** Adds, changes and, where the connector can notice, removes items in the source. */
  change?(): Promise<void>
  /** Why an unchanged incremental stream may deliver all its records again (they are written only once), e.g. an inclusive bound on equal times. */
  readonly rereads?: string
  /** For `check`: a case each, or the reason why the kind of failure cannot occur. */
  readonly failures?: { readonly unreachable: FailureCase | string; readonly auth: FailureCase | string; readonly permission: FailureCase | string }
  /** A cursor ahead of the source, made from the last committed one; or the reason why the cursor has no notion of time. */
  readonly futureCursor?: ((stream: string, last: Cursor) => Cursor) | string
  readonly hostile?: readonly HostileCase[]
  readonly drift?: readonly DriftCase[]
  /** Starts writing to the source, e.g. a row every few ms, until stopped. */
  writer?(): Promise<{ stop(): Promise<void> }>
  /** Makes late writes visible to the connector, e.g. waits for a safety lag. Called after the writer stopped. */
  waitUntilVisible?(): Promise<void>
  /** Connections the counterpart holds for the connector right now. */
  openConnections?(): number | Promise<number>
  /** Further `host:port` the connector may reach, e.g. of links it follows. */
  readonly reaches?: readonly string[]
  /** `address:port` of connections that the fixture itself opens in this process, e.g. of a proxy. */
  readonly opensItself?: readonly string[]
  /** A variant whose address must be refused; default: the same config with an empty allow-list. Or the reason why there is none. */
  readonly blocked?: Variant | string
  /** A source with this many records, e.g. 200,000. */
  large?(): Promise<Variant & { readonly records: number; readonly stream?: string }>
  /** A source with a rate limit; `verify` throws when the server counted a violation. */
  rateLimited?(): Promise<Variant & { verify(): void | Promise<void> }>
  /** Config fields that look secret by their name and are not, each with the reason, e.g. `{ tokenUrl: 'a public address' }`. */
  readonly notSecret?: Readonly<Record<string, string>>
  /** Rounds of the crash check; default 6. INLET_TEST_ROUNDS overrides it. */
  readonly crashRounds?: number
  close(): Promise<void>
}
