import type { Connection, Connector } from '../../connector.js'
import type { AcceptanceBed } from '../acceptance-bed.js'

/** What a check examines. */
export interface Subject<Config, Secrets, C extends Connection> {
  readonly connector: Connector<Config, Secrets, C>
  readonly bed: AcceptanceBed
}

/** Resolves when the connector keeps its promise; throws a `Violation` that says how it does not. */
export type Check = <Config, Secrets, C extends Connection>(subject: Subject<Config, Secrets, C>) => Promise<void>
