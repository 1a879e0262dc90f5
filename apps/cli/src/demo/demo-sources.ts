import { existsSync } from 'node:fs'
import path from 'node:path'
import type { NewSourceRequest } from '@inlet/contract'
import { DEMO_SHOP } from './demo-shop.js'

export interface DemoPlace {
  /** The checkout of this project. */
  readonly root: string
  readonly sitePort: number
  readonly postgresPort: number
  readonly readerPassword: string
}

/** A demo source as it is posted to /v1/sources, and a description of what it reads. */
export interface DemoSource {
  readonly what: string
  readonly request: NewSourceRequest & { readonly slug: string }
}

/** Returns sources with real input that need no internet access. Pure apart from checking whether the checkout has a git history. */
export const demoSources = (place: DemoPlace): readonly DemoSource[] => [
  ...(existsSync(path.join(place.root, '.git'))
    ? [
        source({
          slug: 'demo-git',
          name: 'Demo: git history',
          what: 'commits of this repository',
          connector: 'git',
          config: { path: place.root, stats: true },
        }),
      ]
    : []),
  source({
    slug: 'demo-files',
    name: 'Demo: docs as files',
    what: 'Markdown files in README and docs/',
    connector: 'file',
    config: { paths: ['README.md', 'docs/**/*.md'].map((glob) => path.join(place.root, glob)) },
  }),
  source({
    slug: 'demo-web',
    name: 'Demo: docs as a web site',
    what: 'pages of the docs, crawled',
    connector: 'web',
    config: { startUrls: [`http://127.0.0.1:${place.sitePort}/docs/README.html`], delayMs: 0 },
  }),
  source({
    slug: 'demo-postgres',
    name: 'Demo: shop tables',
    what: 'tables and a query of a Postgres database',
    connector: 'postgres',
    config: {
      host: '127.0.0.1',
      port: place.postgresPort,
      database: DEMO_SHOP.database,
      user: DEMO_SHOP.role,
      tls: { mode: 'disable' },
      tables: [
        { name: 'customers', cursorColumn: 'updated_at' },
        { name: 'orders', cursorColumn: 'updated_at', textColumns: ['note'] },
      ],
      queries: [
        {
          name: 'revenue_by_city',
          sql: 'SELECT c.city, count(*) AS orders, sum(o.amount) AS revenue FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.city',
          keyFields: ['city'],
        },
      ],
    },
    secrets: { password: place.readerPassword },
  }),
  source({
    slug: 'demo-api',
    name: 'Demo: packages over REST',
    what: 'packages of this project, from a paginated REST API',
    connector: 'api',
    config: {
      url: `http://127.0.0.1:${place.sitePort}`,
      streams: [
        {
          name: 'packages',
          path: '/api/packages',
          recordsPath: 'items',
          keyFields: ['name', 'version'],
          pagination: { kind: 'page', param: 'page', start: 1 },
        },
      ],
    },
  }),
]

const source = (args: {
  slug: string
  name: string
  what: string
  connector: string
  config: Record<string, unknown>
  secrets?: Record<string, unknown>
}): DemoSource => ({
  what: args.what,
  request: {
    slug: args.slug,
    name: args.name,
    connector: args.connector,
    config: args.config,
    ...(args.secrets === undefined ? {} : { secrets: args.secrets }),
    schedule: { cron: '*/15 * * * *', timeZone: 'UTC' },
    labels: { demo: 'true' },
    runNow: true,
  },
})

/**
 * Questions that a reader might ask of these docs, partly in other words than theirs, and the page that answers; tests/docs/search.test.ts asks them
 * too.
 */
export const DEMO_QUESTIONS: readonly { readonly question: string; readonly page: string }[] = [
  { question: 'Do numbers of twenty digits lose any?', page: 'guides/mapping.md' },
  { question: 'What happens when the master key has to be replaced?', page: 'guides/operate.md' },
  { question: 'How do I connect Claude Desktop?', page: 'guides/agents.md' },
]
