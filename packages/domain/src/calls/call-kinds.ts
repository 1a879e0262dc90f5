/** What the API may ask a worker for; `CALLS` in packages/contract has the parameters and the answer of each. */
export const CALL_KINDS = ['check', 'preview', 'browse', 'metadata', 'fetch', 'test', 'open', 'review', 'import', 'recheck', 'sink'] as const
export type CallKind = (typeof CALL_KINDS)[number]
