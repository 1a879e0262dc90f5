import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { EnvError } from '../env/parse-env.js'
import { withLifecycle } from '../lifecycle/lifecycle.js'
import { type Main, type MainLog, type RunningApp, runMain } from './run-main.js'

// Promise.withResolvers needs Node 22.
const withResolvers = <T>() => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const createHost = () => {
  const events = new EventEmitter()
  const exits: number[] = []
  let written = ''
  return {
    exits,
    events,
    stderrText: () => written,
    host: {
      on: (event: string, listener: (...args: unknown[]) => void) => events.on(event, listener),
      off: (event: string, listener: (...args: unknown[]) => void) => events.off(event, listener),
      exit: (code: number) => {
        exits.push(code)
        events.emit('exited')
      },
      stderr: { write: (text: string) => (written += text) },
    },
  }
}

const createTestLog = () => {
  const lines: string[] = []
  const write = (_: object, message: string): void => {
    lines.push(message)
  }
  return { lines, log: { info: write, error: write, fatal: write } }
}

const mainOf = (log: MainLog, compose: Main<object, MainLog>['compose'], rest: Partial<Main<object, MainLog>> = {}): Main<object, MainLog> => ({
  env: {},
  parse: () => ({}),
  createLog: () => log,
  compose,
  ...rest,
})

const app = (rest: Partial<RunningApp> = {}): RunningApp => ({ close: async () => [], ...rest })

describe('runMain', () => {
  it('exits 78 and lists the problems when settings are bad', async () => {
    const { host, exits, stderrText } = createHost()
    const main = mainOf(createTestLog().log, async () => app(), {
      parse: () => {
        throw new EnvError([{ key: 'PORT', rule: 'is required' }])
      },
    })
    await runMain(main, host)
    expect(exits).toEqual([78])
    expect(stderrText()).toContain('PORT: is required')
  })

  it('closes and exits 0 on a signal', async () => {
    const { host, exits, events } = createHost()
    const closed: string[] = []
    const { log, lines } = createTestLog()
    const composed = withResolvers<void>()
    const running = runMain(
      mainOf(log, async () => {
        setImmediate(composed.resolve)
        return withLifecycle(async (lifecycle) => {
          lifecycle.defer('thing', () => closed.push('thing'))
          return {}
        })
      }),
      host,
    )
    await composed.promise
    events.emit('SIGTERM')
    await running
    expect([exits, closed, lines]).toEqual([[0], ['thing'], ['stopping', 'stopped']])
  })

  it('passes a stop request on to composition, and exits 0 when it gives up', async () => {
    const { host, exits, events } = createHost()
    const running = runMain(
      mainOf(createTestLog().log, async (_, { signal }) => {
        setImmediate(() => events.emit('SIGINT'))
        await once(signal, 'abort')
        throw new Error('interrupted')
      }),
      host,
    )
    await running
    expect(exits).toEqual([0])
  })

  it('exits 1 when it cannot start, when it ends by itself, and when a part cannot be closed', async () => {
    const failing = createHost()
    await runMain(
      mainOf(createTestLog().log, async () => {
        throw new Error('no database')
      }),
      failing.host,
    )
    expect(failing.exits).toEqual([1])

    const ending = createHost()
    const { log, lines } = createTestLog()
    let closed = false
    await runMain(
      mainOf(log, async () =>
        app({
          ended: Promise.reject(new Error('no progress')),
          close: async () => {
            closed = true
            return []
          },
        }),
      ),
      ending.host,
    )
    expect([ending.exits, closed, lines[0]]).toEqual([[1], true, 'ended by itself'])

    const stuck = createHost()
    await runMain(
      mainOf(createTestLog().log, async () => app({ ended: Promise.resolve(), close: () => new Promise(() => {}) }), { closeTimeoutMs: 5 }),
      stuck.host,
    )
    expect(stuck.exits).toEqual([1])
  })

  it('treats a signal that arrives twice as one request', async () => {
    const { host, exits, events } = createHost()
    const composed = withResolvers<void>()
    const closing = withResolvers<readonly []>()
    const running = runMain(
      mainOf(createTestLog().log, async () => {
        setImmediate(composed.resolve)
        return app({ close: () => closing.promise })
      }),
      host,
    )
    await composed.promise
    events.emit('SIGTERM')
    events.emit('SIGINT')
    expect(exits).toEqual([])
    closing.resolve([])
    await running
    expect(exits).toEqual([0])
  })

  it.each(['unhandledRejection', 'uncaughtException'])('logs %s and exits 1', async (event) => {
    const { host, exits, events } = createHost()
    const { log, lines } = createTestLog()
    const composed = withResolvers<void>()
    void runMain(
      mainOf(log, async () => {
        composed.resolve()
        return app()
      }),
      host,
    )
    await composed.promise
    events.emit(event, new Error('a defect'))
    expect([exits, lines]).toEqual([[1], [event === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception']])
  })
})
