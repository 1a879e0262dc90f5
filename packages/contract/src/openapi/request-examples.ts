import type { endpoints } from '../endpoints.js'
import { type RequestExample, SOURCE_EXAMPLES } from './source-examples.js'

type Bodied = { [Id in keyof typeof endpoints]: (typeof endpoints)[Id] extends { readonly body: unknown } ? Id : never }[keyof typeof endpoints]

const one = (summary: string, value: unknown): Readonly<Record<string, RequestExample>> => ({ example: { summary, value } })

const MAPPING = { '*': { expression: '$merge([$, {"title": data.name}])' } }
const SAMPLE = { stream: 'rows', records: [{ key: 7, data: { name: 'Ada' } }] }

/** Example bodies for each endpoint, by name; an endpoint with a body but without examples does not compile. */
export const REQUEST_EXAMPLES: Readonly<Record<Bodied, Readonly<Record<string, RequestExample>>>> = {
  createSource: SOURCE_EXAMPLES,
  updateSource: {
    schedule: { summary: 'Another schedule', value: { schedule: { cron: '0 6 * * 1-5', timeZone: 'Europe/Berlin' } } },
    secrets: { summary: 'New secrets', value: { secrets: { token: '<token>' } } },
    labels: { summary: 'Labels and freshness', value: { labels: { team: 'crm' }, freshWithin: '1h' } },
  },
  runSource: {
    run: { summary: 'Run it', value: {} },
    massDelete: { summary: 'Confirm that most records are to be deleted', value: { allowMassDelete: true } },
  },
  backfillSource: {
    all: { summary: 'Everything', value: {} },
    stream: { summary: 'One stream, from a moment on', value: { stream: 'issues', from: '2026-01-01T00:00:00Z' } },
  },
  createBulkOperation: {
    pause: { summary: 'Pause two', value: { action: 'pause', sources: ['docs', 'shop'] } },
    label: { summary: 'Label them', value: { action: 'label', sources: ['docs', 'shop'], labels: { set: { team: 'crm' }, remove: ['old'] } } },
  },
  checkSource: one('Check it', {}),
  resetCursor: { all: { summary: 'All streams', value: {} }, stream: { summary: 'One stream', value: { stream: 'issues' } } },
  previewSource: one('The first records of each stream', { limit: 5 }),
  saveDraft: one('A mapping', { mapping: MAPPING }),
  saveExample: one('What a record must become', {
    stream: 'rows',
    record: { key: 17, data: { name: 'Ada' } },
    expected: [{ title: 'Ada' }],
  }),
  publishDraft: {
    publish: { summary: 'Unless something grave is found', value: {} },
    force: { summary: 'In spite of what is found', value: { force: true } },
  },
  rollBack: one('Back to the first version', { version: 1 }),
  testSource: {
    live: { summary: 'As it is', value: { limit: 5 } },
    mapping: { summary: 'With another mapping', value: { mapping: MAPPING, limit: 5 } },
    sample: { summary: 'A mapping on records of your own', value: { mapping: MAPPING, sample: SAMPLE } },
  },
  testNewSource: one('Before it is registered', {
    connector: 'web',
    config: { startUrls: ['https://docs.example.com/'] },
    limit: 5,
  }),
  planRegistry: one('What applying a definition would do', {
    sources: [{ slug: 'docs', name: 'Docs', connector: 'web', config: { startUrls: ['https://docs.example.com/'] } }],
  }),
  retryQuarantined: {
    again: { summary: 'As it is', value: {} },
    edited: { summary: 'As it should have been', value: { record: { key: 7, kind: 'row', data: { total: 1 } } } },
  },
  retryQuarantine: one('Those of one reason', { reason: 'MAPPING_FAILED' }),
  dropQuarantine: one('Old ones', { before: '2026-01-01T00:00:00Z' }),
  createGeneration: {
    hosted: {
      summary: 'A hosted model with a daily limit',
      value: { url: 'https://api.example.com/v1/embeddings', model: 'text-embedding-3-small', apiKey: '<key>', tokensPerDay: 5_000_000 },
    },
    own: {
      summary: 'A model of your own that wants prefixes',
      value: { url: 'https://embeddings.example.com/v1/embeddings', model: 'e5', questionPrefix: 'query: ', textPrefix: 'passage: ' },
    },
  },
  updateGeneration: {
    weight: { summary: 'After an evaluation', value: { weight: 0.5 } },
    rerank: {
      summary: 'Order the best hits again',
      value: { rerank: { url: 'https://api.example.com/v1/rerank', model: 'rerank-3', apiKey: '<key>' } },
    },
  },
  activateGeneration: one('When it is ready', {}),
  createSink: {
    all: { summary: 'Everything, from the beginning', value: { name: 'warehouse', url: 'https://example.com/inlet' } },
    some: {
      summary: 'What changes in one source from now on',
      value: { name: 'docs', url: 'https://example.com/docs', sources: ['docs'], from: 'now' },
    },
  },
  updateSink: {
    pause: { summary: 'Pause it', value: { active: false } },
    again: { summary: 'Begin again', value: { from: 'beginning' } },
  },
  createNotification: {
    webhook: {
      summary: 'A receiver of signed JSON',
      value: { name: 'on-call', url: 'https://hooks.example.com/inlet', events: ['error', 'stale', 'recovery'], labels: { team: 'crm' } },
    },
    slack: { summary: 'A channel of Slack', value: { name: 'team', kind: 'slack', url: 'https://hooks.slack.com/services/T0/B0/…' } },
    email: {
      summary: 'Mail',
      value: {
        name: 'night',
        kind: 'email',
        url: 'smtp://mail.example.com:587',
        secret: '<password>',
        mail: { from: 'inlet@example.com', to: ['ops@example.com'], username: 'inlet' },
        quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
      },
    },
  },
  updateNotification: one('Switch it off', { active: false }),
  importSettings: one('From an address', { url: 'https://tracker.example.com/openapi.json', paths: ['/v2/**'] }),
  replayHooks: {
    period: { summary: 'What was received in a period', value: { from: '2026-11-28T00:00:00Z', to: '2026-11-29T00:00:00Z' } },
    events: { summary: 'Two events', value: { ids: ['17', '18'] } },
  },
  createKey: one('A key that may only read', { name: 'reports', scopes: ['read'] }),
  createSession: one('By an API key', { key: 'inl_…' }),
  createCredential: one('For several sources of an API', {
    name: 'crm',
    connector: 'api',
    secrets: { token: '<token>' },
    targets: ['https://api.crm.example'],
  }),
  updateCredential: one('New secrets, for every source that uses it', { secrets: { token: '<token>' } }),
}
