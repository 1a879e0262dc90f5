/**
 * Returns a signal that aborts after `ms` milliseconds with a `TimeoutError`, or as soon as one of the others aborts. It does not keep the process
 * alive. `AbortSignal.any` with `AbortSignal.timeout` is not enough: on Node 20 nothing but the combined signal refers to the timeout, so the next garbage
 * collection removes it, and it never fires.
 */
export const timeoutSignal = (ms: number, ...others: readonly AbortSignal[]): AbortSignal => {
  const controller = new AbortController()
  // The timer keeps the controller.
  setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms).unref()
  return others.length === 0 ? controller.signal : AbortSignal.any([...others, controller.signal])
}
