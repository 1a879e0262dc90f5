import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { SourceRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { until } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import git from './index.js'
import { type HttpRemote, startHttpRemote } from './testbed/http-remote.js'
import { createTestRepository, gitIsHere, manyCommits, type TestRepository } from './testbed/test-repository.js'

interface ReadOptions {
  readonly config?: object
  readonly secrets?: object
  readonly allow?: readonly string[]
  readonly store?: RecordStore
  readonly workDir?: string
}

describe.skipIf(!gitIsHere())('git connector (needs git 2.37)', () => {
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

  const root = (): string => path.dirname(repository.path)

  /** Reads one stream to its end; returns what it wrote, in order. */
  const read = async (stream: string, { config = {}, store = createRecordStore(), ...rest }: ReadOptions = {}): Promise<readonly SourceRecord[]> => {
    await using context = await createTestContext({
      connector: git,
      config: { path: repository.path, streams: ['commits', 'files'], ...config },
      roots: [root()],
      store,
      ...rest,
    })
    await using connection = await git.connect(context)
    const specs = await git.streams(connection, context.signal)
    const spec = specs.find((candidate) => candidate.name === stream)
    if (spec === undefined) throw new Error(`no stream ${stream}`)
    const run = store.beginRun(spec)
    const records: SourceRecord[] = []
    for await (const page of git.read(connection, { stream, cursor: store.cursor(stream), signal: context.signal })) {
      run.apply(page)
      records.push(...page.records)
    }
    return records
  }
  const overHttp = async (options: Partial<Parameters<typeof startHttpRemote>[0]> = {}): Promise<{ config: object; allow: string[] }> => {
    remote = await startHttpRemote({ root: root(), ...options })
    return { config: { path: undefined, url: `http://${remote.authority}/sample.git` }, allow: [remote.authority] }
  }
  const keys = (records: readonly SourceRecord[]): unknown[] => records.map((record) => record.key)

  it('makes an event of a commit, with statistics and paths', async () => {
    repository.commit(
      { message: 'First', files: { 'a.txt': 'one\ntwo\n', 'b.bin': Buffer.from([0, 1]) } },
      {
        message: 'Fix the\nthing\n\nBecause it was broken.\n',
        files: { 'a.txt': 'one\n2\n', 'b.bin': null },
        author: 'Grace Høpper <grace@example.org>',
        time: 1_700_000_500,
      },
    )
    const [, second] = await read('commits')
    expect(second).toEqual({
      stream: 'commits',
      key: repository.ids()[0],
      kind: 'event',
      title: 'Fix the thing',
      text: 'Fix the\nthing\n\nBecause it was broken.',
      occurredAt: '2023-11-14T22:21:40.000Z',
      data: {
        eventType: 'commit',
        content: 'Fix the\nthing\n\nBecause it was broken.',
        actor: 'Grace Høpper <grace@example.org>',
        projectId: 'sample',
        context: {
          branch: 'main',
          parents: [repository.ids()[1]],
          author: { name: 'Grace Høpper', email: 'grace@example.org', at: '2023-11-14T22:21:40.000Z' },
          committer: { name: 'Grace Høpper', email: 'grace@example.org', at: '2023-11-14T22:21:40.000Z' },
          stats: { files: 2, additions: 1, deletions: 1 },
          paths: [
            { path: 'a.txt', status: 'M', additions: 1, deletions: 1 },
            { path: 'b.bin', status: 'D', additions: null, deletions: null },
          ],
        },
      },
    })
  })

  it('makes documents of the files at the head: text, links as text, no binaries, nothing large', async () => {
    repository.commit({
      message: 'x',
      files: {
        'src/a.txt': 'grüße\n',
        'src/latin.txt': Buffer.from('caf\xe9', 'latin1'),
        'logo.png': Buffer.from([1, 0, 2]),
        'big.txt': 'x'.repeat(2000),
        'skip/c.txt': 'c',
      },
      links: { passwd: '/etc/passwd' },
    })
    const records = await read('files', { config: { maxFileBytes: 1000, exclude: ['skip'] } })
    expect(Object.fromEntries(records.map((record) => [record.key, record.text ?? record.data['contentLeftOut']]))).toEqual({
      'big.txt': 'too_large',
      'logo.png': 'binary',
      passwd: '/etc/passwd',
      'src/a.txt': 'grüße\n',
      'src/latin.txt': 'café',
    })
    expect(records.find((record) => record.key === 'passwd')?.data).toMatchObject({ type: 'link', sizeBytes: 11 })
  })

  it('follows changes, additions, removals and changes of type at the head', async () => {
    const store = createRecordStore()
    repository.commit({ message: '1', files: { a: '1', b: '1', c: '1', d: '1' } })
    await read('files', { store })
    repository.commit({ message: '2', files: { a: '2', b: null, e: '1' }, links: { d: 'a' } })
    const changes = await read('files', { store })
    expect(changes.map((record) => [record.key, record.op ?? record.text])).toEqual([
      ['a', '2'],
      ['b', 'delete'],
      ['d', 'a'],
      ['e', '1'],
    ])
    expect([...store.snapshot('files').keys()].sort()).toEqual(['a', 'c', 'd', 'e'])
  })

  it('reads every file again once after narrower globs and drops what they leave out', async () => {
    const store = createRecordStore()
    repository.commit({ message: '1', files: { 'src/a': '1', 'lib/b': '1' } })
    await read('files', { store })
    expect(keys(await read('files', { store, config: { include: ['src/**'] } }))).toEqual([])
    expect([...store.snapshot('files').keys()]).toEqual(['src/a'])
  })

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

  it('takes the first parents, a time, a number and paths into account', async () => {
    repository.commit(...manyCommits(5))
    repository.commit({ branch: 'side', from: repository.ids()[2] ?? '', message: 'side', files: { 'lib/x': 'x' } })
    repository.commit({ message: 'merge', merge: 'refs/heads/side', files: { 'lib/x': 'x' } })
    const titles = async (config: object): Promise<unknown[]> => (await read('commits', { config })).map((record) => record.title)
    expect((await titles({})).length).toBe(7)
    expect(await titles({ firstParent: true })).toEqual([...[0, 1, 2, 3, 4].map((number) => `Change number ${number}`), 'merge'])
    expect(await titles({ maxCommits: 2 })).toHaveLength(2)
    expect(await titles({ since: new Date(1_700_000_180_000).toISOString() })).toEqual([
      'Change number 2',
      'Change number 3',
      'Change number 4',
      'side',
      'merge',
    ])
    expect(await titles({ include: ['lib'] })).toEqual(['side'])
    expect(await titles({ include: ['src'], exclude: ['src/part-1.txt'] })).toEqual([0, 2, 3, 4].map((number) => `Change number ${number}`))
    expect(await titles({ branch: 'side' })).toContain('side')
  })

  it('reads tags, worktrees and ordinary clones, and nothing from an empty repository', async () => {
    expect(await read('commits')).toEqual([])
    repository.commit(...manyCommits(3))
    repository.git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'tag', '-a', 'v1', '-m', 'one', 'main~1')
    expect(await read('commits', { config: { branch: 'v1' } })).toHaveLength(2)
    const clone = path.join(root(), 'clone')
    execFileSync('git', ['clone', '--quiet', repository.path, clone])
    execFileSync('git', ['-C', clone, 'worktree', 'add', '--quiet', '../tree', 'HEAD~1'], { stdio: 'ignore' })
    expect(await read('commits', { config: { path: clone } })).toHaveLength(3)
    expect(await read('commits', { config: { path: path.join(root(), 'tree') } })).toHaveLength(2)
  })

  it('rejects a message beyond the limit and goes on', async () => {
    repository.commit({ message: 'before' }, { message: 'x'.repeat(3_000_000) }, { message: 'after' })
    expect((await read('commits')).map((record) => record.title)).toEqual(['before', 'after'])
  })

  it('runs nothing that a repository configures', async () => {
    const marker = path.join(root(), 'executed')
    const program = path.join(root(), 'program')
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\ncat\n`, { mode: 0o755 })
    repository.commit({
      message: 'x',
      files: { 'a.txt': 'a\n', '.gitattributes': '*.txt diff=evil filter=evil\n', '.gitmodules': '[submodule "x"]\npath=x\nurl=ext::sh\n' },
    })
    repository.commit({ message: 'y', files: { 'a.txt': 'b\n' } })
    const config = [
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'core.askPass',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'filter.evil.smudge',
      'gpg.program',
      'core.alternateRefsCommand',
      'uploadpack.packObjectsHook',
    ]
    for (const name of config) repository.git('config', name, program)
    repository.git('config', 'log.showSignature', 'true')
    repository.git('config', 'core.hooksPath', root())
    repository.git('config', 'remote.evil.url', `ext::${program}`)
    repository.git('config', 'remote.evil.promisor', 'true')
    repository.git('config', 'extensions.partialClone', 'evil')
    mkdirSync(path.join(repository.path, 'info'), { recursive: true })
    writeFileSync(path.join(repository.path, 'info', 'attributes'), '* diff=evil filter=evil\n')
    expect(await read('commits')).toHaveLength(2)
    expect((await read('files')).find((record) => record.key === 'a.txt')?.text).toBe('b\n')
    repository.git('update-ref', 'refs/heads/main', repository.ids()[0] ?? '')
    rmSync(path.join(repository.path, 'objects'), { recursive: true })
    mkdirSync(path.join(repository.path, 'objects'))
    await expect(read('commits')).rejects.toMatchObject({ name: 'Failure' })
    expect(existsSync(marker)).toBe(false)
  })

  it('refuses repositories that reach out of the allowed roots', async () => {
    repository.commit(...manyCommits(2))
    const outside = createTestRepository()
    try {
      outside.commit(...manyCommits(2))
      const pointing = path.join(root(), 'pointing')
      mkdirSync(pointing)
      writeFileSync(path.join(pointing, '.git'), `gitdir: ${outside.path}\n`)
      await expect(read('commits', { config: { path: pointing } })).rejects.toMatchObject({ reason: 'PATH_NOT_ALLOWED' })
      symlinkSync(outside.path, path.join(root(), 'link.git'))
      await expect(read('commits', { config: { path: path.join(root(), 'link.git') } })).rejects.toMatchObject({ reason: 'PATH_ESCAPE' })
      mkdirSync(path.join(repository.path, 'objects', 'info'), { recursive: true })
      appendFileSync(path.join(repository.path, 'objects', 'info', 'alternates'), `${outside.path}/objects\n`)
      await expect(read('commits')).rejects.toMatchObject({ reason: 'PATH_NOT_ALLOWED' })
    } finally {
      outside.remove()
    }
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
    // Asking for the branch is one POST; fetching takes two more.
    expect([first, idle, fetches() - first - idle]).toEqual([3, 1, 3])
  })

  it('pins the address that was checked', async () => {
    repository.commit(...manyCommits(2))
    const options = await overHttp()
    const port = remote?.port ?? 0
    const config = { ...options.config, url: `http://localhost:${port}/sample.git` }
    expect(await read('commits', { config, allow: [`127.0.0.1:${port}`] })).toHaveLength(2)
  })

  it('refuses a clone beyond the limit and what a killed process left behind', async () => {
    const noise = Array.from({ length: 40 }, (_unused, index) =>
      Buffer.from(Array.from({ length: 100_000 }, (_byte, at) => (Math.imul(at + 1, 2654435761 + index * 97) >>> 13) & 255)),
    )
    repository.commit({ message: 'noise', files: Object.fromEntries(noise.map((bytes, index) => [`n${index}`, bytes])) })
    const workDir = path.join(root(), 'work')
    mkdirSync(workDir)
    const options = await overHttp()
    await read('commits', { ...options, workDir })
    const [mirror = ''] = execFileSync('ls', [workDir], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.startsWith('mirror-'))
    writeFileSync(path.join(workDir, mirror, 'refs', 'inlet', 'target.lock'), '')
    writeFileSync(path.join(workDir, mirror, 'objects', 'pack', 'tmp_pack_x'), 'x')
    repository.commit(...manyCommits(1))
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

  it('says so when a repository is damaged', async () => {
    repository.commit({ message: 'x', files: { a: 'a' } }, { message: 'y', files: { a: 'b' } })
    repository.git('repack', '-adq')
    const packs = path.join(repository.path, 'objects', 'pack')
    for (const name of execFileSync('ls', [packs], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.endsWith('.pack'))) {
      rmSync(path.join(packs, name))
      writeFileSync(path.join(packs, name), 'PACK garbage')
    }
    await expect(read('commits')).rejects.toMatchObject({ reason: 'UPSTREAM_INVALID' })
  })
})
