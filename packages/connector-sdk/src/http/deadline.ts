import { setMaxListeners } from 'node:events'
import { Failure } from '@inlet/domain'

/** Ends one request on timeout, by its caller, or when the client closes; `signal.reason` is the failure to report. */
export interface Deadline {
  readonly signal: AbortSignal
  cancel(failure: Failure): void
  /** Stops the clock; call it when there is nothing left to interrupt. */
  done(): void
}

export interface DeadlineOptions {
  /** The request, for the message. */
  readonly target: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Requests in flight: the deadline adds itself and removes itself when done. */
  readonly open: Set<Deadline>
}

/** Starts the clock of a request. The caller calls `done`. */
export const startDeadline = ({ target, timeoutMs, signal, open }: DeadlineOptions): Deadline => {
  const controller = new AbortController()
  const end = (failure: Failure): void => {
    // The caller may never read the body, so nothing of the request may stay behind.
    deadline.done()
    controller.abort(failure)
  }
  const timer = setTimeout(() => end(new Failure('TIMEOUT', `${target}: no complete answer within ${timeoutMs} ms`)), timeoutMs)
  const onAbort = () => {
    const reason: unknown = signal?.reason
    end(reason instanceof Failure ? reason : new Failure('CANCELLED', 'the request was cancelled', { cause: reason }))
  }
  const deadline: Deadline = {
    signal: controller.signal,
    cancel: end,
    done: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      open.delete(deadline)
    },
  }
  open.add(deadline)
  if (signal?.aborted) onAbort()
  else if (signal !== undefined) {
    // Hundreds of requests may share the signal of a run; that is not a leak.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', onAbort, { once: true })
  }
  return deadline
}
