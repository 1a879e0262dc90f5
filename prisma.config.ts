import { defineConfig } from 'prisma/config'

// Without a native schema engine nothing is downloaded; migrations use the engine's WASM build (scripts/prisma-migrate.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= '/bin/false'

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } })
