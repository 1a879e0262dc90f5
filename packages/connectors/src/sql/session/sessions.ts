import { Failure } from '@inlet/connector-sdk'

/** What every session can do, whatever its database. */
export interface PooledSession {
  /** Called before every use: throws ROLE_TOO_POWERFUL when the user can do more than read, unless the settings allow that. */
  check(): Promise<void>
  /** Whether the session may be used again: nothing unexpected has happened and no transaction is open. */
  readonly reusable: boolean
  /** Breaks the connection immediately and has the server end what it was doing. Never throws. */
  abandon(): Promise<void>
  /** Logs out of the server, within a second. Never throws. */
  close(): Promise<void>
}

/** The sessions of one source. Keeps one between uses; discards any in doubt. */
export interface Sessions<S> extends AsyncDisposable {
  /**
   * Runs work with a session of its own and yields what it yields. An abort of `signal` breaks the connection immediately
   * and has the server end the statement. Throws what the work throws, as a `Failure`; CANCELLED after an abort.
   */
  stream<T, R>(doing: string, signal: AbortSignal, work: (session: S) => AsyncGenerator<T, R, void>): AsyncGenerator<T, R, void>
  /** Like `stream`, for work with a single result. */
  use<T>(doing: string, signal: AbortSignal, work: (session: S) => Promise<T>): Promise<T>
}

interface SessionKind<S> {
  /** Logs in. */
  open(signal: AbortSignal): Promise<S>
  /** Converts an error of the client library. */
  toFailure(thrown: unknown, doing: string): Failure
}

/** @param closing aborts when everything must close, besides disposal. The caller disposes the sessions. */
export const createSessions = <S extends PooledSession>(kind: SessionKind<S>, closing: AbortSignal): Sessions<S> => {
  const state: { idle: S | undefined; disposed: boolean } = { idle: undefined, disposed: false }
  const endings = new Set<Promise<void>>()

  const end = (work: Promise<void>): void => {
    endings.add(work)
    void work.finally(() => endings.delete(work))
  }
  const acquire = async (signal: AbortSignal): Promise<S> => {
    const { idle } = state
    state.idle = undefined
    if (idle?.reusable) return idle
    if (idle !== undefined) end(idle.close())
    return await kind.open(signal)
  }
  const release = (session: S): void => {
    if (!session.reusable) end(session.abandon())
    else if (state.disposed || state.idle !== undefined) end(session.close())
    else state.idle = session
  }

  async function* stream<T, R>(doing: string, wanted: AbortSignal, work: (session: S) => AsyncGenerator<T, R, void>): AsyncGenerator<T, R, void> {
    const signal = AbortSignal.any([wanted, closing])
    let session: S | undefined
    const abandon = (): void => {
      if (session !== undefined) end(session.abandon())
    }
    signal.addEventListener('abort', abandon, { once: true })
    try {
      signal.throwIfAborted()
      session = await acquire(signal)
      signal.throwIfAborted()
      await session.check()
      return yield* work(session)
    } catch (error) {
      if (signal.aborted) throw new Failure('CANCELLED', `${doing} was cancelled`, { cause: error })
      throw kind.toFailure(error, doing)
    } finally {
      signal.removeEventListener('abort', abandon)
      if (session !== undefined) release(session)
    }
  }

  return {
    stream,
    async use(doing, signal, work) {
      async function* once(session: S) {
        yield await work(session)
      }
      for await (const result of stream(doing, signal, once)) return result
      throw new Failure('INTERNAL', `${doing} gave no result`)
    },
    async [Symbol.asyncDispose]() {
      state.disposed = true
      const { idle } = state
      state.idle = undefined
      if (idle !== undefined) end(idle.close())
      await Promise.allSettled(endings)
    },
  }
}
