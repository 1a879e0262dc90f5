import type { SourceDeps } from '../sources/source-deps.js'

/** What the endpoints of shared credentials use. */
export type CredentialDeps = Pick<SourceDeps, 'database' | 'queues' | 'keyring' | 'tokens' | 'findConnector' | 'secrets' | 'log'>
