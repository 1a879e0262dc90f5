// The import law as a table; docs/architecture.md explains it. A package not listed here is refused, so that a new one takes a stand.

/** @type {Record<string, readonly string[]>} which packages of ours the sources of a package or app may import */
export const MAY_IMPORT = {
  'packages/domain': [],
  'packages/contract': ['domain'],
  'packages/runtime': [],
  'packages/connector-sdk': ['domain'],
  'packages/connectors': ['connector-sdk'],
  'packages/security': ['domain', 'runtime'],
  'packages/observability': ['domain', 'runtime'],
  'packages/mapping': ['domain', 'runtime'],
  'packages/registry-files': ['contract', 'runtime'],
  'packages/mcp': ['contract', 'domain'],
  'packages/queue': ['domain', 'runtime'],
  'packages/search': ['domain'],
  'packages/db': ['domain', 'runtime', 'search'],
  'apps/console': ['contract'],
  'apps/api': ['*'],
  'apps/worker': ['*'],
  'apps/scribe': ['*'],
  'apps/cli': ['*'],
}

/** Folders of packages/connectors/src that are no connectors: every connector may import them, and they import none. */
export const FOR_CONNECTORS = ['parsing', 'sql', 'files', 'blobs', 'site']

/** Apps that are bundled: what they import is needed to build them, and not where they run. */
export const BUNDLED = ['apps/console']

/** Packages that only tests import, and whose own sources are tests. */
export const TEST_PACKAGES = ['testing']

/** What only some folders may import: library name or scope → folders. */
export const ONLY_IN = [
  { library: /^@prisma\//u, folders: ['packages/db/src'] },
  { library: /^prisma$/u, folders: [] },
  { library: /^pg(-.*)?$/u, folders: ['packages/db/src', 'packages/connectors/src/postgres'] },
  { library: /^mysql2(\/|$)/u, folders: ['packages/connectors/src/mysql'] },
  { library: /^(bullmq|ioredis)(\/|$)/u, folders: ['packages/queue/src'] },
  { library: /^@bull-board\//u, folders: ['apps/api/src'] },
]

/**
 * Matchers whose time can grow beyond all bounds with what a user writes; they would stop the whole process. `compileGlob` of the connector
 * SDK takes their place, in every package.
 */
export const SLOW_MATCHERS =
  /^(picomatch|micromatch|minimatch|nanomatch|multimatch|anymatch|glob|fast-glob|globby|tinyglobby|zeptomatch|wildcard-match|glob-to-regexp|globrex)(\/|$)/u

/** Files that make regular expressions at run time, from nothing that a user writes unescaped. A pattern of a user must never become one. */
export const MAY_BUILD_REGEXP = [
  'packages/runtime/src/text/redact-values.ts',
  'packages/connectors/src/github/cursor/positions.ts',
  'packages/security/src/api-keys/api-key.ts',
  'apps/api/src/server.ts',
]

/** Tables that one file alone adds rows to, through SQL or through Prisma: what everybody must see has one form. */
export const ONE_WRITER = [
  { table: 'events', model: 'event', file: 'packages/db/src/events/write-event.ts' },
  { table: 'audit', model: 'auditEntry', file: 'packages/db/src/audit/write-audit.ts' },
]

/** Folders of packages/db/src whose rows are read and written through Prisma; a file that uses SQL says why, in a comment that begins with `SQL:`. */
export const THROUGH_PRISMA =
  /^packages\/db\/src\/(api-keys|audit|browse|bulk|calls|credentials|encryption|events|hooks|idempotency|lifecycle|limits|notifications|overview|quarantine|rechecks|sessions|settings|sinks|sources|uploads|versions|why|workers)\//u

/** Names that say nothing about what is inside; for files and folders. */
export const BANNED_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc', 'manager', 'service']

/** The only readers of the environment. */
export const MAY_READ_ENV = /^apps\/[^/]+\/src\/main\.ts$/u
