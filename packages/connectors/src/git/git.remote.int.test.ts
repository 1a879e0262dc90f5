import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createEgressGuard } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext } from '@inlet/connector-sdk/testing'
import { until } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpRemote, startHttpRemote } from './fixtures/http-remote.js'
import { type ReadOptions, readStream } from './fixtures/read-stream.js'
import { createTestRepository, gitIsHere, manyCommits, type TestRepository } from './fixtures/test-repository.js'
import git from './index.js'

describe.skipIf(!gitIsHere())('git remotes (needs git 2.37)', () => {
  let repository: TestRepository
  let remote: HttpRemote | null = null
  beforeEach(() => {
    repository = createTestRepository()
  })
  afterEach(async () => {
    await remote?.close()
    remote = null
    repository.remove()
  })

  const read = (stream: string, options: ReadOptions = {}) => readStream(repository, stream, options)
  const root = (): string => path.dirname(repository.path)
  const overHttp = async (options: Partial<Parameters<typeof startHttpRemote>[0]> = {}): Promise<{ config: object; allow: string[] }> => {
    remote = await startHttpRemote({ root: root(), ...options })
    return { config: { path: undefined, url: `http://${remote.authority}/sample.git` }, allow: [remote.authority] }
  }

  it.each(['local', 'http'])('survives a force-push (%s), with and without the old commits', async (kind) => {
    const options = kind === 'http' ? await overHttp() : {}
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    const store = createRecordStore()
    repository.commit(...manyCommits(10))
    const fork = repository.ids()[4] ?? ''
    await read('commits', { ...options, store, workDir })
    repository.commit({ message: 'rewritten', from: fork, files: { z: 'z' } }, { message: 'and on', files: { z: 'y' } })
    expect((await read('commits', { ...options, store, workDir })).map((record) => record.title)).toEqual(['rewritten', 'and on'])
    repository.commit({ message: 'rewritten again', from: fork, files: { z: 'x' } })
    repository.git('reflog', 'expire', '--expire=all', '--all')
    repository.git('gc', '--quiet', '--prune=now')
    rmSync(workDir, { recursive: true })
    mkdirSync(workDir)
    const records = await read('commits', { ...options, store, workDir })
    expect(records.map((record) => record.title)).toEqual([...manyCommits(6).map(({ message }) => String(message).split('\n')[0]), 'rewritten again'])
    expect(store.snapshot('commits').size).toBe(13)
  })

  it('keeps credentials out of arguments and of the mirror', async () => {
    repository.commit(...manyCommits(5))
    const token = 'canary-5f2b7c9d1e'
    const options = await overHttp({ token })
    const seen: string[] = []
    const server = remote
    if (server === null) throw new Error('no remote')
    const original = server.requests.push.bind(server.requests)
    server.requests.push = (...items) => {
      seen.push(execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }))
      return original(...items)
    }
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    expect(await read('commits', { ...options, workDir, secrets: { username: 'reader', token } })).toHaveLength(5)
    expect(seen.join('\n')).toContain('ls-remote')
    expect(seen.join('\n')).not.toContain(token)
    expect(seen.join('\n')).not.toContain(Buffer.from(`reader:${token}`).toString('base64'))
  })

  it('fetches only when the branch has moved', async () => {
    repository.commit(...manyCommits(5))
    const options = await overHttp()
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    const store = createRecordStore()
    const fetches = (): number => remote?.requests.filter((request) => request.startsWith('POST')).length ?? 0
    await read('commits', { ...options, workDir, store })
    const first = fetches()
    await read('commits', { ...options, workDir, store })
    const idle = fetches() - first
    repository.commit(...manyCommits(1, 100))
    expect((await read('commits', { ...options, workDir, store })).map((record) => record.title)).toEqual(['Change number 100'])
    // Querying the branch is one POST; fetching takes two more.
    expect([first, idle, fetches() - first - idle]).toEqual([3, 1, 3])
  })

  it('connects to the address that was checked, whatever the name resolves to for others', async () => {
    repository.commit(...manyCommits(2))
    const options = await overHttp()
    const host = 'git.pinned.test'
    const config = { ...options.config, url: `http://${host}:${remote?.port}/sample.git` }
    const egress = createEgressGuard({ allow: [host], lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) })
    expect(await read('commits', { config, allow: [host], change: (context) => ({ ...context, egress }) })).toHaveLength(2)
  })

  it('refuses a clone beyond the limit and removes it', async () => {
    repository.commit({ message: 'noise', files: { a: randomBytes(1_000_000), b: randomBytes(1_000_000) } })
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    const options = await overHttp()
    const config = { ...options.config, maxRepositoryBytes: 1_000_000 }
    await expect(read('commits', { ...options, config, workDir })).rejects.toMatchObject({ reason: 'RESPONSE_TOO_LARGE' })
    expect(readdirSync(workDir).filter((name) => name.startsWith('mirror-'))).toEqual([])
  })

  it('continues after a killed process left locks and half a pack behind', async () => {
    repository.commit(...manyCommits(1))
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    const options = await overHttp()
    await read('commits', { ...options, workDir })
    const [mirror = ''] = execFileSync('ls', [workDir], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.startsWith('mirror-'))
    writeFileSync(path.join(workDir, mirror, 'refs', 'inlet', 'target.lock'), '')
    writeFileSync(path.join(workDir, mirror, 'objects', 'pack', 'tmp_pack_x'), 'x')
    repository.commit(...manyCommits(1, 5))
    expect(await read('commits', { ...options, workDir })).toHaveLength(2)
    expect(existsSync(path.join(workDir, mirror, 'objects', 'pack', 'tmp_pack_x'))).toBe(false)
  })

  it('ends every process of the group at once when the connection closes', async () => {
    repository.commit(...manyCommits(2))
    const options = await overHttp()
    let asked = false
    if (remote !== null)
      remote.misbehave = () => {
        asked = true
      }
    const context = await createTestContext({ connector: git, config: options.config, allow: options.allow })
    const connection = await git.connect(context)
    const check = git.check(connection, context.signal)
    check.catch(() => undefined)
    await until(() => asked)
    const children = (): string[] =>
      execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(`${remote?.authority}/sample.git`))
    expect(children().length).toBeGreaterThanOrEqual(2)
    await connection[Symbol.asyncDispose]()
    await expect(check).rejects.toMatchObject({ reason: 'CANCELLED' })
    await until(() => children().length === 0, { timeoutMs: 1000 })
    await context.close()
  })
})
