import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { CommandContext } from './context.js'
import { createSource } from './create-source.js'

const create = (file: string) => createSource([file], { run: true }, { env: {} } as CommandContext)

it('says why a file cannot be uploaded, and what to do with a folder', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-create-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await expect(create(path.join(folder, 'none.csv'))).rejects.toThrow(/none\.csv does not exist$/)
  await expect(create(folder)).rejects.toThrow(/is a folder: .*--connector file/)
})
