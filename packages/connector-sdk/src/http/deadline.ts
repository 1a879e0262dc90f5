import { setMaxListeners } from 'node:events'
import { Failure } from '@inlet/domain'

/** The end of one request by time, by its caller or by the closing client; `signal.reason` is the failure to report. */
export interface Deadline {
  readonly signal: AbortSignal
  cancel(failure: Failure): void
  /** Stops the clock; call it when nothing is left to interrupt. */
  done(): void
}

export interface DeadlineOptions {
  /** What was asked, for the message. */
  readonly target: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Requests in flight: the deadline adds itself and leaves when it is done. */
  readonly open: Set<Deadline>
}

/** Starts the clock of a request. The caller calls `done`. */
export const startDeadline = ({ target, timeoutMs, signal, open }: DeadlineOptions): Deadline => {
  const controller = new AbortController()
  const end = (failure: Failure): void => {
    // The caller may never read the body: nothing of the request stays behind then.
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
    // Hundreds of requests may share the signal of a run: that is no leak.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', onAbort, { once: true })
  }
  return deadline
}
