import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataFolder } from './data-folder.js'
import { isPortFree } from './port.js'
import { endOfStart } from './process-exit.js'
import { acquireRunLock } from './run-lock.js'
import { untilReady } from './until-ready.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'inlet-cli-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('openDataFolder', () => {
  it('creates secrets once, readable by their owner only', () => {
    const first = openDataFolder(path.join(root, 'new', 'data'))
    expect(first.settings.postgresPassword.length).toBeGreaterThan(20)
    expect(statSync(first.file('settings.json')).mode & 0o777).toBe(0o600)
    // Under root, Postgres must be able to enter its own folder.
    expect([0o700, 0o711]).toContain(statSync(first.path).mode & 0o777)
    expect(['logs', 'work'].map((name) => statSync(first.file(name)).mode & 0o777)).toEqual([0o700, 0o700])
    first.update({ adminKey: 'key' })
    expect(openDataFolder(first.path).settings).toEqual({ ...first.settings, adminKey: 'key' })
  })
  it.each(['{', '[]', '{"postgresPassword":1}', '{"postgresPassword":"a","encryptionKeys":"b","more":1}'])(
    'does not replace damaged settings (%s)',
    (text) => {
      writeFileSync(path.join(root, 'settings.json'), text)
      expect(() => openDataFolder(root)).toThrow(/is damaged; restore it/)
      expect(readFileSync(path.join(root, 'settings.json'), 'utf8')).toBe(text)
    },
  )
  it('says what to do about a folder that cannot be used', () => {
    writeFileSync(path.join(root, 'file'), '')
    expect(() => openDataFolder(path.join(root, 'file'))).toThrow(/choose another one with --data/)
  })
})

describe('acquireRunLock', () => {
  it('is free again when released, and when its holder is gone', async () => {
    const folder = openDataFolder(root)
    const lock = await acquireRunLock(folder)
    lock.update({ url: 'http://127.0.0.1:1', children: [] })
    expect(JSON.parse(readFileSync(folder.file('running.json'), 'utf8'))).toEqual({
      supervisor: process.pid,
      startedAt: expect.any(String),
      url: 'http://127.0.0.1:1',
      children: [],
    })
    lock.release()
    // A process id that does not exist, and one of a process that is not ours.
    const foreign = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60_000)'], { stdio: 'ignore' })
    try {
      for (const supervisor of [2 ** 22 - 1, foreign.pid ?? 0]) {
        writeFileSync(folder.file('running.json'), JSON.stringify({ supervisor, url: 'x', children: [supervisor] }))
        const again = await acquireRunLock(folder)
        again.release()
        const reused = { pid: supervisor, startedAt: 'another boot 1' }
        writeFileSync(folder.file('running.json'), JSON.stringify({ supervisor, startedAt: reused.startedAt, url: 'x', children: [reused] }))
        const reusing = await acquireRunLock(folder)
        reusing.release()
      }
      expect(foreign.signalCode).toBeNull()
    } finally {
      foreign.kill('SIGKILL')
    }
  })
  it('ends the processes that a killed start left behind, whatever they are called', async () => {
    const folder = openDataFolder(root)
    const before = await acquireRunLock(folder)
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60_000)'], { stdio: 'ignore' })
    const ended = new Promise<unknown>((resolve) => void child.once('exit', (_code, signal) => resolve(signal)))
    before.update({ url: 'http://127.0.0.1:1', children: [child.pid ?? 0] })
    const file = JSON.parse(readFileSync(folder.file('running.json'), 'utf8')) as object
    writeFileSync(folder.file('running.json'), JSON.stringify({ ...file, startedAt: 'another boot 1' }))
    const again = await acquireRunLock(folder)
    expect(await ended).toBe('SIGINT')
    again.release()
  })
  it('ignores a damaged file', async () => {
    const folder = openDataFolder(root)
    for (const text of ['{', 'null', '{}', '{"supervisor":"x"}']) {
      writeFileSync(folder.file('running.json'), text)
      const lock = await acquireRunLock(folder)
      lock.release()
    }
    expect(await acquireRunLock(folder)).toBeDefined()
  })
})

describe('at the same moment', () => {
  const script = (what: string): string => `
    const { openDataFolder } = await import(${JSON.stringify(new URL('data-folder.ts', import.meta.url).href)})
    const { acquireRunLock } = await import(${JSON.stringify(new URL('run-lock.ts', import.meta.url).href)})
    while (Date.now() < Number(process.argv[1])) {}
    const folder = openDataFolder(process.argv[2])
    ${what}`
  const start = async (what: string, count: number): Promise<readonly string[]> => {
    const at = String(Date.now() + 3_000)
    const flags = ['--conditions=@inlet/source', '--import', 'tsx', '--input-type=module', '-e', script(what), at, root]
    return Promise.all(
      Array.from({ length: count }, async () => (await promisify(execFile)(process.execPath, flags, { timeout: 60_000 })).stdout.trim()),
    )
  }
  const take = `await acquireRunLock(folder).then(() => console.log('mine'), (error) => console.log(error.message))
    await new Promise((resolve) => setTimeout(resolve, 3_000))`

  it('exactly one takes a folder, and the others say so', async () => {
    for (const stale of [false, true]) {
      if (stale) writeFileSync(path.join(root, 'running.json'), JSON.stringify({ supervisor: 2 ** 22 - 1, url: 'x', children: [] }))
      const said = await start(take, 4)
      expect(said.filter((text) => text === 'mine')).toHaveLength(1)
      expect(said.filter((text) => text.startsWith('Inlet already runs from'))).toHaveLength(3)
      rmSync(path.join(root, 'running.json'), { force: true })
    }
  }, 120_000)

  it('secrets are created once', async () => {
    const keys = await start('console.log(folder.settings.encryptionKeys)', 4)
    expect(new Set(keys)).toEqual(new Set([openDataFolder(root).settings.encryptionKeys]))
  }, 120_000)
})

describe('untilReady', () => {
  const serve = async (answers: readonly object[]) => {
    const left = [...answers]
    const server = http.createServer((_request, response) => {
      const checks = left.length > 1 ? left.shift() : left[0]
      const ready = Object.keys(checks ?? {}).length === 0
      const body = { checks: Object.entries(checks ?? {}).map(([name, reason]) => ({ name, ok: false, reason })) }
      response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
  }
  const wait = async (answers: readonly object[], limits: { timeoutMs: number; notifyAfterMs: number }) => {
    const { url, close } = await serve(answers)
    const notices: string[] = []
    const signal = new AbortController().signal
    const end = await untilReady({ url, logFile: 'api.log', signal, notice: (text) => notices.push(text), ...limits }).catch(
      (error: Error) => error.message,
    )
    close()
    return { notices, end }
  }

  it('says what is not ready, and gives up only when nothing changes', async () => {
    const stuck = await wait([{ queue: 'appendonly is off' }], { timeoutMs: 400, notifyAfterMs: 50 })
    expect(stuck.notices).toEqual(['not ready yet: queue: appendonly is off'])
    expect(stuck.end).toContain('not ready: queue: appendonly is off')
  })
  it('lets the API load before it says that it does not respond', async () => {
    const signal = new AbortController().signal
    const after = async (notifyAfterMs: number): Promise<readonly string[]> => {
      const notices: string[] = []
      const wait = untilReady({
        url: 'http://127.0.0.1:1',
        logFile: 'api.log',
        signal,
        notice: (text) => notices.push(text),
        timeoutMs: 800,
        notifyAfterMs,
      })
      await expect(wait).rejects.toThrow('not ready: the api does not answer')
      return notices
    }
    expect([await after(500), await after(20)]).toEqual([[], ['not ready yet: the api does not answer']])
  })
  it('waits while there is progress', async () => {
    const steps = Array.from({ length: 12 }, (_, n) => ({ migrations: `not applied: ${12 - n}` }))
    expect(await wait([...steps, {}], { timeoutMs: 60_000, notifyAfterMs: 60_000 })).toEqual({ notices: [], end: undefined })
  })
})

describe('endOfStart', () => {
  const exit = { name: 'api', code: 78, signal: null, logFile: 'api.log', lastLines: '  PORT: must be a number' }
  it('is the error of the api, or of a process that refuses its settings, with its code', () => {
    expect(endOfStart(exit)).toMatchObject({ exitCode: 78, message: 'api refuses its settings:\n  PORT: must be a number' })
    expect(endOfStart({ ...exit, name: 'worker' })).toMatchObject({ exitCode: 78 })
    expect(endOfStart({ ...exit, code: 1 })).toMatchObject({ exitCode: 1, message: 'api ended (code 1; log: api.log)\n  PORT: must be a number' })
  })
  it('is not reached by a process that is restarted', () => {
    expect(endOfStart({ ...exit, name: 'worker', code: 1 })).toBeNull()
    expect(endOfStart({ ...exit, code: null, signal: 'SIGKILL' })).toBeNull()
  })
})

describe('isPortFree', () => {
  it('distinguishes a port in use from a free one', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    expect(await isPortFree(port)).toBe(false)
    await new Promise((resolve) => server.close(resolve))
    expect(await isPortFree(port)).toBe(true)
  })
})
