/** Below this a busy machine could be taken for a blocked process. */
const LEAST_MS = 5_000

/** How long the event loop of a process may be silent: for two lives of its leases (ms), when others have long taken its work over. */
export const silenceOf = (leaseMs: number): number => Math.max(2 * leaseMs, LEAST_MS)
