import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import path from 'node:path'
import type { SourceRecord } from '@inlet/connector-sdk'
import { createRecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ReadOptions, readStream } from './fixtures/read-stream.js'
import { createTestRepository, gitIsHere, manyCommits, type TestRepository } from './fixtures/test-repository.js'

describe.skipIf(!gitIsHere())('git records (needs git 2.37)', () => {
  let repository: TestRepository
  beforeEach(() => {
    repository = createTestRepository()
  })
  afterEach(() => {
    repository.remove()
  })

  const read = (stream: string, options: ReadOptions = {}) => readStream(repository, stream, options)
  const root = (): string => path.dirname(repository.path)
  const keys = (records: readonly SourceRecord[]): unknown[] => records.map((record) => record.key)

  it('turns a commit into an event, with statistics and paths', async () => {
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

  it('asks operators for an allowed folder that is gone, and for a work folder that somebody removed', async () => {
    repository.commit({ message: 'First', files: { 'a.txt': 'one' } })
    const away = `${root()}-away`
    renameSync(root(), away)
    try {
      await expect(read('commits')).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE', message: expect.stringContaining(root()) })
    } finally {
      renameSync(away, root())
    }
    await expect(read('commits', { workDir: path.join(root(), 'removed') })).rejects.toMatchObject({ reason: 'WORK_FOLDER_UNUSABLE' })
  })

  it('turns the files at the head into documents: text, links as text, no binaries, nothing large', async () => {
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

  it('respects first parents, a time, a number and paths', async () => {
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

  it('rejects a message beyond the limit and continues', async () => {
    repository.commit({ message: 'before' }, { message: 'x'.repeat(3_000_000) }, { message: 'after' })
    expect((await read('commits')).map((record) => record.title)).toEqual(['before', 'after'])
  })
})
