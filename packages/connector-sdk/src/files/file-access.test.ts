import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure, whoActs } from '@inlet/domain'
import { asOrdinaryUser } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileAccess } from './file-access.js'
import { toFileFailure, toFolderFailure, toWorkFolderFailure } from './file-failure.js'
import { openRegular } from './open-regular.js'

let base: string
let root: string
const files = () => createFileAccess({ roots: [root], openUpload: () => Promise.reject(new Failure('NOT_FOUND_UPSTREAM', 'none')) })
const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no failure'
  } catch (thrown) {
    return thrown instanceof Failure ? thrown.reason : String(thrown)
  }
}

beforeEach(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'inlet-access-')))
  root = path.join(base, 'root')
  await mkdir(path.join(root, 'in'), { recursive: true })
  await writeFile(path.join(root, 'in', 'a.csv'), 'id\n1\n')
  await writeFile(path.join(base, 'secret.txt'), 'secret')
})
afterEach(() => rm(base, { recursive: true, force: true }))

describe('createFileAccess', () => {
  it('resolves absolute and relative paths below a root', async () => {
    expect(await files().resolve(path.join(root, 'in/a.csv'))).toBe(path.join(root, 'in/a.csv'))
    expect(await files().resolve('in/a.csv')).toBe(path.join(root, 'in/a.csv'))
    expect(await files().roots()).toEqual([root])
  })

  it.each(['../secret.txt', 'in/../../secret.txt', '%2e%2e/secret.txt', 'in/%2E./x', 'in%2f..', '/etc/passwd', '/proc/self/environ', 'a\0b', ''])(
    'refuses %j by its form',
    async (input) => {
      expect(await reasonOf(files().resolve(input))).toBe('PATH_NOT_ALLOWED')
    },
  )

  it('does not take a folder whose name merely starts like the root', async () => {
    await mkdir(`${root}-other`)
    expect(await reasonOf(files().resolve(`${root}-other`))).toBe('PATH_NOT_ALLOWED')
  })

  it('refuses kernel folders even when everything is allowed', async () => {
    const all = createFileAccess({ roots: ['/'], openUpload: () => Promise.reject(new Error('none')) })
    expect(await reasonOf(all.open('/proc/self/environ'))).toBe('PATH_ESCAPE')
  })

  it('refuses a relative root', () => {
    expect(() => createFileAccess({ roots: ['data'], openUpload: () => Promise.reject(new Error('none')) })).toThrow(RangeError)
  })

  it('distinguishes a link out of the root, an absent file and an absent root', async () => {
    await symlink(path.join(base, 'secret.txt'), path.join(root, 'link'))
    await symlink(base, path.join(root, 'up'))
    expect(await reasonOf(files().resolve(path.join(root, 'link')))).toBe('PATH_ESCAPE')
    expect(await reasonOf(files().open('up/secret.txt'))).toBe('PATH_ESCAPE')
    expect(await reasonOf(files().resolve('in/none.csv'))).toBe('NOT_FOUND_UPSTREAM')
    await rm(root, { recursive: true })
    for (const input of [path.join(root, 'in'), root, 'in/a.csv', '.']) expect(await reasonOf(files().resolve(input))).toBe('FILES_UNAVAILABLE')
    expect(await reasonOf(files().roots())).toBe('FILES_UNAVAILABLE')
  })

  it('asks operators for a missing root, and takes nothing from a later root or the one above in its place', async () => {
    const missing = path.join(root, 'mounted')
    const both = createFileAccess({ roots: [missing, root], openUpload: () => Promise.reject(new Error('none')) })
    const failure = await both.resolve('in/a.csv').catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ reason: 'FILES_UNAVAILABLE', code: 'transient', message: `the allowed folder ${missing} does not exist` })
    expect(whoActs('FILES_UNAVAILABLE')).toBe('operator')
    expect(await reasonOf(both.resolve(path.join(missing, 'a.csv')))).toBe('FILES_UNAVAILABLE')
    expect(await both.resolve(path.join(root, 'in/a.csv'))).toBe(path.join(root, 'in/a.csv'))
    expect(await both.roots()).toEqual([root])
    await mkdir(missing)
    expect(await both.resolve('in/a.csv')).toBe(path.join(root, 'in/a.csv'))
  })

  it('takes a mount that does not answer for the matter of operators', () => {
    for (const code of ['ESTALE', 'ENOTCONN', 'EHOSTDOWN'])
      expect(toFileFailure(Object.assign(new Error(code), { code }), '/data/a.csv').reason).toBe('FILES_UNAVAILABLE')
    for (const code of ['EIO', 'ENOTDIR', 'ENOENT'])
      expect(toFolderFailure(Object.assign(new Error(code), { code }), '/data', 'the allowed folder').reason).toBe('FILES_UNAVAILABLE')
    for (const code of ['EROFS', 'EACCES', 'ENOENT'])
      expect(toWorkFolderFailure(Object.assign(new Error(code), { code }), '/work').reason).toBe('WORK_FOLDER_UNUSABLE')
    expect(toWorkFolderFailure(Object.assign(new Error('full'), { code: 'ENOSPC' }), base)).toMatchObject({
      reason: 'DISK_FULL',
      message: expect.stringMatching(new RegExp(`the work folder ${base} on \\S+ is full \\(\\d+ MiB in all\\)`, 'u')),
    })
  })

  it('allows a root that is itself a link, and links that stay inside', async () => {
    await symlink(root, path.join(base, 'alias'))
    await symlink(path.join(root, 'in/a.csv'), path.join(root, 'b.csv'))
    const aliased = createFileAccess({ roots: [path.join(base, 'alias')], openUpload: () => Promise.reject(new Error('none')) })
    expect(await aliased.resolve(path.join(base, 'alias', 'b.csv'))).toBe(path.join(root, 'in/a.csv'))
  })

  it('opens a regular file and says where it lies', async () => {
    const opened = await files().open('in/a.csv')
    expect(opened).toMatchObject({ path: path.join(root, 'in/a.csv'), root })
    expect(await opened.handle.readFile('utf8')).toBe('id\n1\n')
    await opened.handle.close()
  })

  it('refuses folders, FIFOs and sockets without blocking', async () => {
    execFileSync('mkfifo', [path.join(root, 'fifo')])
    expect(await reasonOf(files().open('fifo'))).toBe('NOT_A_REGULAR_FILE')
    expect(await reasonOf(files().open('in'))).toBe('NOT_A_REGULAR_FILE')
  })

  it('distinguishes a file or a root that may not be read from one that is not there', async () => {
    await chmod(base, 0o755)
    await chmod(path.join(root, 'in/a.csv'), 0)
    expect(await asOrdinaryUser(() => reasonOf(files().open('in/a.csv')))).toBe('FILE_NOT_READABLE')
    await chmod(base, 0o700)
    if (process.getuid?.() !== 0) await chmod(base, 0)
    for (const name of ['in/a.csv', path.join(root, 'in/a.csv')])
      expect(await asOrdinaryUser(() => reasonOf(files().open(name)))).toBe('FILE_NOT_READABLE')
    await chmod(base, 0o700)
  })
})

describe('openRegular after the check', () => {
  it('refuses a file that became a link to the outside', async () => {
    const real = path.join(root, 'in/a.csv')
    await rm(real)
    await symlink(path.join(base, 'secret.txt'), real)
    expect(await reasonOf(openRegular({ real, root }))).toBe('NOT_A_REGULAR_FILE')
  })

  it('refuses a file whose folder became a link to the outside', async () => {
    await mkdir(path.join(base, 'outside'))
    await writeFile(path.join(base, 'outside', 'a.csv'), 'stolen')
    await rename(path.join(root, 'in'), path.join(root, 'old'))
    await symlink(path.join(base, 'outside'), path.join(root, 'in'))
    expect(await reasonOf(openRegular({ real: path.join(root, 'in/a.csv'), root }))).toBe('PATH_ESCAPE')
  })
})
