import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Makes `os.tmpdir()` a fresh folder until restored, so that leftovers in it become visible. */
export const redirectTempFolder = (): { readonly folder: string; restore(): void } => {
  const before = process.env['TMPDIR']
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-temp-'))
  process.env['TMPDIR'] = folder
  return {
    folder,
    restore: () => {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      // An ending process may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
