import { existsSync, writeFileSync } from 'node:fs'
import { complete, defineConnector } from '@inlet/connector-sdk'
import { z } from 'zod'

/** Blocks the event loop for good: in every process that reads it or, unless `always`, only where the marker is missing. */
export default defineConnector({
  type: 'blocking',
  version: '0.1.0',
  title: 'Blocking',
  description: 'Computes without end.',
  configSchema: z.strictObject({ marker: z.string(), always: z.boolean().default(false) }),
  secretSchema: z.strictObject({}),
  connect: async ({ config }) => ({ ...config, [Symbol.asyncDispose]: async () => {} }),
  check: async () => {},
  streams: async () => [{ name: 'numbers', kind: 'row', incremental: true, deletes: 'none' }],
  async *read({ marker, always }) {
    if (always || !existsSync(marker)) {
      writeFileSync(marker, String(process.pid))
      for (let n = 0; ; n++) if (n < 0) break
    }
    yield { records: [{ stream: 'numbers', key: 1, kind: 'row', data: {} }], cursor: 1 }
    return complete('one record is all there is')
  },
})
