import { createServer } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findCounterpart } from './find-tool.js'

/** A service of `emulate` (tests/counterparts) on a port of its own. */
export interface Emulator {
  /** Without a trailing slash. */
  readonly url: string
  /** `address:port` under each address of this machine. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

export const hasEmulator = (): boolean => findCounterpart('emulate') !== null

/** Starts a service, e.g. `github` or `slack`, with its initial contents. Throws when `emulate` is not installed. The caller closes it. */
export const startEmulator = async (service: string, seed: object): Promise<Emulator> => {
  const folder = findCounterpart('emulate')
  if (folder === null) throw new Error('emulate is not installed: npm run counterparts')
  const emulate = (await import(pathToFileURL(path.join(folder, 'dist/api.js')).href)) as {
    readonly createEmulator: (options: { service: string; port: number; seed: object }) => Promise<Pick<Emulator, 'url' | 'close'>>
  }
  const port = await freePort()
  const { url, close } = await emulate.createEmulator({ service, port, seed })
  return { url, close: () => close(), addresses: ['127.0.0.1', '::1', '[::1]'].map((address) => `${address}:${new URL(url).port}`) }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
