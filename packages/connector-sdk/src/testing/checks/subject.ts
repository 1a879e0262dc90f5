import type { Connector, Page } from '../../connector.js'
import type { AcceptanceFixture } from '../acceptance-fixture.js'
import type { TestContext } from '../context/test-context.js'

/** Observes what a connector emits, e.g. to search it for secrets. */
export interface Witness {
  page?(page: Page): void
  failure?(thrown: unknown): void
  /** Called before the context closes. */
  closing?(context: TestContext): void | Promise<void>
}

/** What a check examines. */
export interface Subject {
  readonly connector: Connector
  readonly fixture: AcceptanceFixture
  /** Observes everything the connector emits; only some checks need one. */
  readonly witness?: Witness
  /** Milliseconds within which a read must end and clean up after an abort; default 2,000. */
  readonly cancelMs?: number
}

/** Resolves when the connector keeps its promise; throws a `Violation` that says how it does not. */
export type Check = (subject: Subject) => Promise<void>
