import { Failure } from '@inlet/domain'

/**
 * Waits for work that cannot be interrupted until the signal aborts; then rejects with its reason if that is a `Failure`, otherwise with CANCELLED.
 */
export const abortable = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      const reason: unknown = signal.reason
      reject(reason instanceof Failure ? reason : new Failure('CANCELLED', 'the work was cancelled', { cause: reason }))
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
