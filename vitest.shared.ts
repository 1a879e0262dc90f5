import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// `module` stays out: with it @opentelemetry/api resolves to files Node cannot load.
const conditions = ['@inlet/source', ...defaultServerConditions.filter((condition) => condition !== 'module')]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // These only say that something hangs: a busy machine may take many times as long as an idle one. What is fast enough is for tests to say.
  test: { pool: 'forks', testTimeout: 180_000, hookTimeout: 180_000 },
})
