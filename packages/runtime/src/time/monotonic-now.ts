/** Milliseconds since the process began; never jumps when the wall clock is set. */
export const monotonicNow = (): number => performance.now()
