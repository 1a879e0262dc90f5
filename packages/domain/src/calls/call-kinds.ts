/** What the API may ask of a worker; `CALLS` in packages/contract defines the parameters and answer of each. */
export const CALL_KINDS = ['check', 'preview', 'browse', 'metadata', 'fetch', 'test', 'open', 'review', 'import', 'recheck', 'sink'] as const
export type CallKind = (typeof CALL_KINDS)[number]
