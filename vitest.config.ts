import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@inlet/source', ...defaultServerConditions.filter((condition) => condition !== 'module')]

const SHARED = ['packages/{db,queue,security}/src/**/*.int.test.ts', 'apps/api/src/**/*.int.test.ts']
const SENDS_MUCH = 'apps/api/src/hooks/webhook.acceptance.int.test.ts'
// Measures the memory of its process, so it needs one of its own.
const MEASURES_MEMORY = 'packages/connectors/src/file/memory.int.test.ts'
const OF_THE_REPOSITORY = 'tests/{deploy,docs,house}/**/*.test.ts'

/** More than the two cores these are meant for: many tests wait for another process or a timer. */
const inOneProcess = { maxWorkers: 4, sequence: { groupOrder: 1 } }
/**
 * Each of these starts up to five processes or a browser of its own, so that more than three at a time would only wait for each other. Loading the
 * browser's driver and the harness once takes 30 s less than for each of 35 files.
 */
const inManyProcesses = { isolate: false, maxWorkers: 3, sequence: { groupOrder: 2 } }

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['./packages/testing/src/global-setup.ts'],
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
          ...inOneProcess,
        },
      },
      {
        extends: './vitest.shared.ts',
        // Each file has a database of its own and changes nothing globally; loading Prisma and Express once saves a minute.
        test: { name: 'integration-shared', include: SHARED, exclude: [SENDS_MUCH, '**/node_modules/**'], isolate: false, ...inOneProcess },
      },
      {
        extends: './vitest.shared.ts',
        // Loading worker, queue and store again for each of seventy files took four seconds of processor time a file.
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/src/**/*.int.test.ts'],
          exclude: ['packages/{db,queue,security}/**', 'apps/api/**', MEASURES_MEMORY, '**/node_modules/**'],
          isolate: false,
          ...inOneProcess,
        },
      },
      {
        extends: './vitest.shared.ts',
        test: { name: 'alone', include: [SENDS_MUCH, MEASURES_MEMORY, OF_THE_REPOSITORY], exclude: ['**/node_modules/**'], ...inOneProcess },
      },
      {
        extends: './vitest.shared.ts',
        test: {
          name: 'console',
          include: ['tests/console/**/*.test.ts'],
          ...inManyProcesses,
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
          ...inManyProcesses,
          globalSetup: ['./tests/harness/build.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
