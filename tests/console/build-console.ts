import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The tests look at the console as it is now, not as it was built last. */
export const setup = async (): Promise<void> => {
  await build({ configFile: fileURLToPath(new URL('../../apps/console/vite.config.ts', import.meta.url)), logLevel: 'error' })
}
