import { randomUUID } from 'node:crypto'
import { mkdirSync, utimesSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepWorkFolders } from './sweep-work-folders.js'

const NOW = Date.parse('2026-05-01T12:00:00Z')

describe('sweepWorkFolders', () => {
  let workRoot: string
  beforeEach(async () => {
    workRoot = await mkdtemp(path.join(tmpdir(), 'inlet-work-'))
  })
  afterEach(() => rm(workRoot, { recursive: true }))

  const folder = (name: string, ageMs: number): string => {
    mkdirSync(path.join(workRoot, name, 'mirror'), { recursive: true })
    const at = new Date(NOW - ageMs)
    utimesSync(path.join(workRoot, name), at, at)
    return name
  }

  it('removes only those of sources that are gone', async () => {
    const [live, gone, used, fresh] = [
      folder(randomUUID(), 9_000),
      folder(randomUUID(), 9_000),
      folder(randomUUID(), 9_000),
      folder(randomUUID(), 100),
    ]
    const foreign = folder('somebody-elses', 9_000)
    const folders = { workRoot, findSources: async () => new Set([live]), inUse: () => new Set([used]), idleMs: 5_000, now: () => NOW }
    expect(await sweepWorkFolders(folders)).toBe(1)
    expect((await readdir(workRoot)).sort()).toEqual([live, used, fresh, foreign].sort())
    expect(gone).not.toBe('')
    expect(await sweepWorkFolders({ ...folders, now: () => NOW + 60_000 })).toBe(1)
    expect((await readdir(workRoot)).sort()).toEqual([live, used, foreign].sort())
  })

  it('has nothing to do if the folder does not exist yet', async () => {
    const nowhere = { workRoot: path.join(workRoot, 'none'), findSources: async () => new Set<string>(), inUse: () => new Set<string>() }
    expect(await sweepWorkFolders({ ...nowhere, idleMs: 0, now: () => NOW })).toBe(0)
  })
})
