import type { EmbeddedPostgres } from '@inlet/db/embedded'
import type { Backend, BenchSettings } from '../arguments.js'
import type { Measure } from '../report/measure.js'

export interface ScenarioContext {
  readonly backend: Backend
  readonly settings: BenchSettings
  /** One server for everything of a run: ours, the peers' and the limits' tables. Durable (fsync on). */
  readonly postgres: EmbeddedPostgres
  /** A folder the server may read and write, for server-side COPY. */
  readonly serverFolder: string
  readonly binaries: Readonly<Record<'nginx' | 'pgloader' | 'scrapy' | 'redis-server', string | null>>
  /** A note for the terminal and the report. */
  readonly note: (message: string) => void
}

/** Measures one thing on one backend; throws when the result is wrong, however fast it was. */
export type Scenario = (context: ScenarioContext) => Promise<readonly Measure[]>
