import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataFolder } from './data-folder.js'
import { isPortFree } from './port.js'
import { endOfStart } from './process-exit.js'
import { takeRunLock } from './run-lock.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'inlet-cli-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('openDataFolder', () => {
  it('makes secrets once, readable by their owner only', () => {
    const first = openDataFolder(path.join(root, 'new', 'data'))
    expect(first.settings.postgresPassword.length).toBeGreaterThan(20)
    expect(statSync(first.file('settings.json')).mode & 0o777).toBe(0o600)
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

describe('takeRunLock', () => {
  it('is free again when released, and when its holder is gone', async () => {
    const folder = openDataFolder(root)
    const lock = await takeRunLock(folder)
    lock.update({ url: 'http://127.0.0.1:1', children: [] })
    expect(JSON.parse(readFileSync(folder.file('running.json'), 'utf8'))).toEqual({
      supervisor: process.pid,
      url: 'http://127.0.0.1:1',
      children: [],
    })
    lock.release()
    // A process id nobody has, and one of a process that is not ours.
    for (const supervisor of [2 ** 22 - 1, process.ppid]) {
      writeFileSync(folder.file('running.json'), JSON.stringify({ supervisor, url: 'x', children: [supervisor] }))
      const again = await takeRunLock(folder)
      again.release()
    }
    expect(process.kill(process.ppid, 0)).toBe(true)
  })
  it('takes a damaged file for nobody', async () => {
    const folder = openDataFolder(root)
    for (const text of ['{', 'null', '{}', '{"supervisor":"x"}']) {
      writeFileSync(folder.file('running.json'), text)
      const lock = await takeRunLock(folder)
      lock.release()
    }
    expect(await takeRunLock(folder)).toBeDefined()
  })
})

describe('endOfStart', () => {
  const exit = { name: 'api', code: 78, signal: null, logFile: 'api.log', lastLines: '  PORT: must be a number' }
  it('is what the api, or one that refuses its settings, has said, with its code', () => {
    expect(endOfStart(exit)).toMatchObject({ exitCode: 78, message: 'api refuses its settings:\n  PORT: must be a number' })
    expect(endOfStart({ ...exit, name: 'worker' })).toMatchObject({ exitCode: 78 })
    expect(endOfStart({ ...exit, code: 1 })).toMatchObject({ exitCode: 1, message: 'api ended (code 1; log: api.log)\n  PORT: must be a number' })
  })
  it('is not reached by what is started again', () => {
    expect(endOfStart({ ...exit, name: 'worker', code: 1 })).toBeNull()
    expect(endOfStart({ ...exit, code: null, signal: 'SIGKILL' })).toBeNull()
  })
})

describe('isPortFree', () => {
  it('tells a port in use from a free one', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    expect(await isPortFree(port)).toBe(false)
    await new Promise((resolve) => server.close(resolve))
    expect(await isPortFree(port)).toBe(true)
  })
})
