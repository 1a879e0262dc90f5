import type { SourceDeps } from '../sources/source-deps.js'

/** What the endpoints of the quarantine use. */
export type QuarantineDeps = Pick<SourceDeps, 'database' | 'queues' | 'tokens' | 'log'>
