import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ReadOptions, readStream } from './testbed/read-stream.js'
import { createTestRepository, gitIsHere, manyCommits, type TestRepository } from './testbed/test-repository.js'

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
    // The same repository does run programs when read without care; otherwise this test would prove nothing.
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
