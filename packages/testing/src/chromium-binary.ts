import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** A Chromium on the PATH; null when there is none. Throws when INLET_TEST_REQUIRE asks for it. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): string | null => {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const found = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find(isExecutable)
  if (found !== undefined) return found
  if ((env['INLET_TEST_REQUIRE'] ?? '').split(',').includes('chromium')) throw new Error('INLET_TEST_REQUIRE names chromium, but none was found')
  return null
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
