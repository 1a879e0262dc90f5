import { Failure } from '@inlet/connector-sdk'
import { checkRole } from './check-role.js'
import { createSession } from './create-session.js'
import { openClient, type Target } from './open-client.js'
import { toPgFailure } from './pg-failure.js'
import type { Session } from './session.js'

/** The sessions of one source. Keeps one between uses; whatever looks odd is thrown away. */
export interface Sessions extends AsyncDisposable {
  /**
   * Runs work with a session of its own and passes on what it yields. An abort of `signal` breaks the connection at once
   * and has the server end the statement. Throws what the work throws, as a `Failure`; CANCELLED after an abort.
   */
  stream<T>(doing: string, signal: AbortSignal, work: (session: Session) => AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void>
  /** The same for work that gives one result. */
  use<T>(doing: string, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T>
}

/** @param closing aborts when everything must close, besides disposal. The caller disposes. */
export const createSessions = (target: Target, closing: AbortSignal): Sessions => {
  const state: { idle: Session | undefined; disposed: boolean } = { idle: undefined, disposed: false }
  const endings = new Set<Promise<void>>()

  const end = (work: Promise<void>): void => {
    endings.add(work)
    void work.finally(() => endings.delete(work))
  }
  const acquire = async (signal: AbortSignal): Promise<Session> => {
    const { idle } = state
    state.idle = undefined
    if (idle?.reusable) return idle
    if (idle !== undefined) end(idle.close())
    return createSession(await openClient(target, signal), target.config)
  }
  const release = (session: Session): void => {
    if (!session.reusable) end(session.abandon())
    else if (state.disposed || state.idle !== undefined) end(session.close())
    else state.idle = session
  }

  async function* stream<T>(
    doing: string,
    wanted: AbortSignal,
    work: (session: Session) => AsyncGenerator<T, void, void>,
  ): AsyncGenerator<T, void, void> {
    const signal = AbortSignal.any([wanted, closing])
    let session: Session | undefined
    const abandon = (): void => {
      if (session !== undefined) end(session.abandon())
    }
    signal.addEventListener('abort', abandon, { once: true })
    try {
      signal.throwIfAborted()
      session = await acquire(signal)
      signal.throwIfAborted()
      await checkRole(session, target.config)
      yield* work(session)
    } catch (error) {
      if (signal.aborted) throw new Failure('CANCELLED', `${doing} was cancelled`, { cause: error })
      throw toPgFailure(error, { doing })
    } finally {
      signal.removeEventListener('abort', abandon)
      if (session !== undefined) release(session)
    }
  }

  return {
    stream,
    async use(doing, signal, work) {
      async function* once(session: Session) {
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
