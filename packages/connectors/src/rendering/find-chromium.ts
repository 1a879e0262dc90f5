import { access, constants } from 'node:fs/promises'
import { Failure } from '@inlet/connector-sdk'

/**
 * Where packages of Linux and macOS put it; the PATH is not searched, since a worker may run without one.
 * The headless shell comes first: without windows and extensions, it takes a third of the CPU time.
 */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/local/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** An npm package that includes a Chromium for Linux; used only if someone has installed it. */
const NPM_CHROMIUM = '@sparticuz/chromium'

/** Returns the path of the browser: the given one, otherwise the system's, otherwise that of the npm package. Throws BROWSER_NOT_INSTALLED. */
export const findChromium = async (given: string | undefined, places: readonly string[] = PLACES): Promise<string> => {
  if (given !== undefined) {
    if (given === NPM_CHROMIUM || !(await isExecutable(given))) {
      const unpacked = given === NPM_CHROMIUM ? await unpackNpmChromium() : null
      if (unpacked !== null) return unpacked
      throw new Failure('BROWSER_NOT_INSTALLED', `INLET_CHROMIUM names ${given}, which is not there or cannot be started`)
    }
    return given
  }
  for (const place of places) if (await isExecutable(place)) return place
  const unpacked = await unpackNpmChromium()
  if (unpacked !== null) return unpacked
  throw new Failure('BROWSER_NOT_INSTALLED', 'this worker has no Chromium')
}

const isExecutable = async (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

const unpackNpmChromium = async (): Promise<string | null> => {
  try {
    // Not a dependency: a variable keeps the compiler from looking for it.
    const name: string = NPM_CHROMIUM
    const { default: npmChromium } = (await import(name)) as { readonly default: { executablePath(): Promise<string> } }
    return await npmChromium.executablePath()
  } catch {
    return null
  }
}
