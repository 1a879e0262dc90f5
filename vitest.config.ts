import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@inlet/source', ...defaultServerConditions.filter((condition) => condition !== 'module')]

const SHARED = ['packages/{db,queue,security}/src/**/*.int.test.ts', 'apps/api/src/**/*.int.test.ts']
const SENDS_MUCH = 'apps/api/src/hooks/webhook.acceptance.int.test.ts'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['./packages/testing/src/global-setup.ts'],
    // More than the two cores it is meant for: many tests wait for another process, a timer or a browser.
    maxWorkers: 3,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**', 'apps/*/src/**'],
      exclude: ['**/generated/**', '**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        extends: './vitest.shared.ts',
        // Pure tests share a process and its modules, which halves the time they take: what one changes globally, it sets back.
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts'],
          exclude: ['**/*.int.test.ts', '**/node_modules/**'],
          isolate: false,
        },
      },
      {
        extends: './vitest.shared.ts',
        // Each file has a database of its own and changes nothing globally; loading Prisma and Express once saves a minute.
        test: { name: 'integration-shared', include: SHARED, exclude: [SENDS_MUCH, '**/node_modules/**'], isolate: false },
      },
      {
        extends: './vitest.shared.ts',
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/src/**/*.int.test.ts', 'tests/{deploy,docs,house}/**/*.test.ts'],
          exclude: ['packages/{db,queue,security}/**', 'apps/api/src/!(hooks)/**', 'apps/api/src/hooks/!(webhook.acceptance)*', '**/node_modules/**'],
        },
      },
      {
        extends: './vitest.shared.ts',
        test: {
          name: 'console',
          include: ['tests/console/**/*.test.ts'],
          globalSetup: ['./tests/harness/build.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: './vitest.shared.ts',
        test: {
          name: 'e2e',
          include: ['tests/{e2e,faults}/**/*.test.ts'],
          globalSetup: ['./tests/harness/build.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
