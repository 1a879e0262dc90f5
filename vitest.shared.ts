import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// `module` stays out: with it @opentelemetry/api resolves to files Node cannot load.
const conditions = ['@inlet/source', ...defaultServerConditions.filter((condition) => condition !== 'module')]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { pool: 'forks', testTimeout: 30_000, hookTimeout: 60_000 },
})
