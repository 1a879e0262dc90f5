import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ReadOptions, readStream } from './fixtures/read-stream.js'
import { createTestRepository, gitIsHere, manyCommits, type TestRepository } from './fixtures/test-repository.js'

describe.skipIf(!gitIsHere())('git and hostile repositories (needs git 2.37)', () => {
  let repository: TestRepository
  beforeEach(() => {
    repository = createTestRepository()
  })
  afterEach(() => {
    repository.remove()
  })

  const read = (stream: string, options: ReadOptions = {}) => readStream(repository, stream, options)
  const root = (): string => path.dirname(repository.path)

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
    expect(existsSync(marker)).toBe(false)
    // The same repository does run programs when read carelessly; otherwise this test would prove nothing.
    repository.git('log', '-p', '--ext-diff', 'main')
    expect(existsSync(marker)).toBe(true)
    rmSync(marker)
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

  describe('with links, pointers or includes that lead out of the allowed roots', () => {
    let outside: TestRepository
    beforeEach(() => {
      repository.commit(...manyCommits(3))
      repository.git('repack', '-adq')
      repository.git('pack-refs', '--all')
      outside = createTestRepository()
      outside.commit(...manyCommits(3))
      outside.git('repack', '-adq')
      outside.git('pack-refs', '--all')
    })
    afterEach(() => outside.remove())
    const within = (...parts: string[]): string => path.join(repository.path, ...parts)
    /** Replaces a path with a link to the same path of the other repository. */
    const link = (...parts: string[]): void => {
      rmSync(within(...parts), { recursive: true, force: true })
      mkdirSync(path.dirname(within(...parts)), { recursive: true })
      symlinkSync(path.join(outside.path, ...parts), within(...parts))
    }

    it.each([
      ['the objects', ['objects']],
      ['the packs', ['objects', 'pack']],
      ['the folder of alternates', ['objects', 'info']],
      ['the refs', ['refs']],
      ['the branches', ['refs', 'heads']],
      ['packed refs', ['packed-refs']],
      ['the head', ['HEAD']],
      ['the configuration', ['config']],
      ['the attributes', ['info']],
    ])('%s are refused', async (_what, parts) => {
      mkdirSync(path.join(outside.path, ...parts.slice(0, -1)), { recursive: true })
      link(...parts)
      await expect(read('commits')).rejects.toMatchObject({ reason: 'PATH_ESCAPE' })
      await expect(read('files')).rejects.toMatchObject({ reason: 'PATH_ESCAPE' })
    })
    it('one pack, one loose object folder, one ref', async () => {
      for (const place of [
        ['objects', 'pack', `pack-${'0'.repeat(40)}.pack`],
        ['objects', 'ab'],
        ['refs', 'heads', 'stolen'],
      ]) {
        if (!existsSync(path.join(outside.path, ...place))) mkdirSync(path.join(outside.path, ...place), { recursive: true })
        link(...place)
        await expect(read('commits')).rejects.toMatchObject({ reason: 'PATH_ESCAPE' })
        rmSync(within(...place))
      }
      expect(await read('commits')).toHaveLength(3)
    })
    it('a link over another folder that is allowed', async () => {
      const between = path.join(root(), 'between')
      mkdirSync(between)
      symlinkSync(path.join(outside.path, 'objects', 'pack'), path.join(between, 'pack'))
      rmSync(within('objects'), { recursive: true })
      symlinkSync(between, within('objects'))
      await expect(read('commits')).rejects.toMatchObject({ reason: 'PATH_ESCAPE' })
    })
    it.each([
      ['commondir', (text: string) => writeFileSync(within('commondir'), `${text}\n`)],
      ['an include', (text: string) => appendFileSync(within('config'), `[include]\npath = ${text}/config\n`)],
      ['a conditional include', (text: string) => appendFileSync(within('config'), `[includeIf "gitdir:/nowhere/"]\npath = ${text}/config\n`)],
      [
        'an include of an include',
        (text: string) => {
          writeFileSync(path.join(root(), 'more'), `[include]\npath = ${text}/config\n`)
          appendFileSync(within('config'), '[include]\npath = ../more\n')
        },
      ],
      ['the configuration of a work tree', (text: string) => writeFileSync(within('config.worktree'), `[include]\npath = ${text}/config\n`)],
      [
        'a quoted alternate',
        (text: string) => {
          mkdirSync(within('objects', 'info'), { recursive: true })
          writeFileSync(within('objects', 'info', 'alternates'), `"${text}/objects"\n`)
        },
      ],
      [
        'a relative alternate',
        (text: string) => {
          mkdirSync(within('objects', 'info'), { recursive: true })
          writeFileSync(within('objects', 'info', 'alternates'), `${path.relative(within('objects'), `${text}/objects`)}\n`)
        },
      ],
    ])('%s', async (_what, write) => {
      write(outside.path)
      await expect(read('commits')).rejects.toMatchObject({ reason: 'PATH_NOT_ALLOWED' })
    })
    it('a pipe in its place would never end', async () => {
      execFileSync('mkfifo', [within('refs', 'heads', 'pipe')])
      await expect(read('commits')).rejects.toMatchObject({ reason: 'NOT_A_REGULAR_FILE' })
    })
    it('while links, alternates, includes and work trees inside them are fine', async () => {
      mkdirSync(within('hooks'), { recursive: true })
      symlinkSync('/bin/true', within('hooks', 'post-commit'))
      const shared = path.join(root(), 'shared')
      renameSync(within('objects', 'pack'), shared)
      symlinkSync(shared, within('objects', 'pack'))
      writeFileSync(path.join(root(), 'more'), '[user]\nname = x\n')
      appendFileSync(within('config'), '[include]\npath = ../more\npath = ~/.gitconfig-work\n')
      const tree = path.join(root(), 'tree')
      repository.git('worktree', 'add', '-q', tree, 'main')
      expect(await read('commits')).toHaveLength(3)
      expect(await read('commits', { config: { path: tree } })).toHaveLength(3)
    })
  })

  it('reports a damaged repository', async () => {
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
