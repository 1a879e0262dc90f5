import type { SourceDeps } from '../sources/source-deps.js'

/** What the endpoints of notifications use. */
export type NotificationDeps = Pick<SourceDeps, 'database' | 'keyring' | 'tokens' | 'guard' | 'secrets'>
