import type { Reason } from '@inlet/domain'
import type { Cursor } from '../connector.js'
import type { Inbox } from '../context.js'
import type { PageRenderer } from '../rendering/page-renderer.js'
import type { TestUpload } from './context/open-test-upload.js'
import type { RecordStore } from './store/record-store.js'

/** Settings that differ from those of the fixture; anything absent comes from the fixture. */
export interface Variant {
  readonly config?: unknown
  readonly secrets?: unknown
  readonly allow?: readonly string[]
  readonly inbox?: Inbox
}

export interface FailureCase extends Variant {
  /** The acceptable reasons; default: one for each kind of failure. */
  readonly expectReason?: Reason | readonly Reason[]
}

export interface HostileCase extends Variant {
  readonly name: string
  readonly expectReason: Reason | readonly Reason[]
  /** The reason is expected among the rejected records of a read that otherwise succeeds. */
  readonly rejected?: boolean
  /** Milliseconds within which the failure must be thrown; default 20,000. */
  readonly withinMs?: number
}

export interface DriftCase {
  readonly name: string
  /** Changes the schema of the source. The cases run one after the other on the same fixture. */
  apply(): Promise<void>
  /** How the next read must end; absent: it succeeds. */
  readonly expectReason?: Reason | readonly Reason[]
  /** Inspects what is stored afterwards; throws when it is wrong. */
  verify?(store: RecordStore): void | Promise<void>
}

/**
 * A real counterpart with some data, as the suite of one connector needs it. Every check gets its own from the factory and
 * closes it. If a check needs a part that is missing here, it fails unless the suite skips it with a reason.
 */
export interface AcceptanceFixture {
  /** Raw settings, before the schema. Small pages make the checks stricter: aim for 5 to 30 pages a stream. */
  readonly config: unknown
  /** Raw secrets. Use long random strings: the checks search for every string of at least 6 characters as a canary. */
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
  /** The minimum number of records in a full read, over all streams. */
  readonly minRecords: number
  /** Key texts that a full read must yield, by stream, from an independent source. */
  truth?(): Promise<ReadonlyMap<string, ReadonlySet<string>>>
  /** Adds, changes and, where the connector can detect it, removes items in the source. */
  change?(): Promise<void>
  /** Why an unchanged incremental stream may deliver all its records again (they are written only once), e.g. an inclusive bound on equal times. */
  readonly rereads?: string
  /** For `check`: one case each, or the reason why the kind of failure cannot occur. */
  readonly failures?: { readonly unreachable: FailureCase | string; readonly auth: FailureCase | string; readonly permission: FailureCase | string }
  /** Derives a cursor ahead of the source from the last committed one; or the reason why the cursor has no notion of time. */
  readonly futureCursor?: ((stream: string, last: Cursor) => Cursor) | string
  readonly hostile?: readonly HostileCase[]
  readonly drift?: readonly DriftCase[]
  /** Starts writing to the source, e.g. a row every few ms, until stopped. */
  writer?(): Promise<{ stop(): Promise<void> }>
  /** Makes late writes visible to the connector, e.g. waits for a safety lag. Called after the writer stopped. */
  waitUntilVisible?(): Promise<void>
  /** The number of connections that the counterpart currently holds for the connector. */
  openConnections?(): number | Promise<number>
  /** Additional `host:port` the connector may reach, e.g. of links it follows. */
  readonly reaches?: readonly string[]
  /** `address:port` of connections that the fixture itself opens in this process, e.g. to a proxy. */
  readonly opensItself?: readonly string[]
  /** A variant whose address must be refused, or the reason why there is none; default: the same config with an empty allow-list. */
  readonly blocked?: Variant | string
  /** A source with this many records, e.g. 200,000. */
  large?(): Promise<Variant & { readonly records: number; readonly stream?: string }>
  /** A source with a rate limit; `verify` throws if the server counted a violation. */
  rateLimited?(): Promise<Variant & { verify(): void | Promise<void> }>
  /** Config fields whose names look secret although they are not, each with the reason, e.g. `{ tokenUrl: 'a public address' }`. */
  readonly notSecret?: Readonly<Record<string, string>>
  /** Rounds of the crash check; default 6. INLET_TEST_ROUNDS overrides it. */
  readonly crashRounds?: number
  close(): Promise<void>
}
