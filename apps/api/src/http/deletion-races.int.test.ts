import { randomUUID } from 'node:crypto'
import { type Endpoint, type EndpointId, endpoints } from '@inlet/contract'
import { deleteSource } from '@inlet/db'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, newSource, startApi, type TestApi } from '../../testing/start-api.js'

const ROUNDS = Number(process.env['INLET_TEST_ROUNDS'] ?? 2)

let api: TestApi
beforeAll(async () => {
  api = await startApi({ callTimeoutMs: 30 })
  // Whatever a request reads first may be gone before it writes.
  await api.database.pool.query(
    `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END'`,
  )
  const { rows } = await api.database.pool.query<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`)
  for (const { name } of rows)
    await api.database.pool.query(`CREATE TRIGGER dawdle BEFORE INSERT OR UPDATE ON ${name} FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`)
})
afterAll(() => api.close())

/** Something that can be deleted: how to create one, and which other requests concern it. */
interface Deletable {
  readonly deletedBy: EndpointId
  make(): Promise<string>
  /** Requests that refer to it outside their address. */
  readonly others?: (id: string) => readonly Sent[]
}
interface Sent {
  readonly endpoint: EndpointId
  readonly path?: string
  readonly json?: unknown
}

const made = (answer: Answer): string => {
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
  return answer.body.id
}
const target = (changes: object = {}) => ({ name: `Target ${randomUUID()}`, url: 'https://hooks.example.com/x', ...changes })
const credential = () => ({ name: `c-${randomUUID()}`, connector: 'toy', secrets: { password: 'secret' } })
const makeSource = async () => made(await api.post('/v1/sources', newSource()))

const DELETABLE: readonly Deletable[] = [
  {
    deletedBy: 'deleteSource',
    make: makeSource,
    others: (id) => [
      { endpoint: 'createNotification', json: target({ sources: [id] }) },
      { endpoint: 'listRuns', path: `/v1/runs?source=${id}` },
      { endpoint: 'listRecords', path: `/v1/records?source=${id}&ensureFresh=1h&wait=0` },
      { endpoint: 'listEvents', path: `/v1/events?source=${id}` },
      { endpoint: 'listIncidents', path: `/v1/incidents?source=${id}` },
    ],
  },
  {
    deletedBy: 'deleteDraft',
    make: async () => {
      const id = await makeSource()
      expect((await api.send('PUT', `/v1/sources/${id}/draft`, { json: { config: { rows: 4 } } })).status).toBeLessThan(300)
      return id
    },
  },
  {
    deletedBy: 'deleteCredential',
    make: async () => made(await api.post('/v1/credentials', credential())),
    others: (id) => [
      { endpoint: 'createSource', json: newSource({ credential: id }) },
      { endpoint: 'testNewSource', json: { connector: 'toy', config: {}, credential: id } },
    ],
  },
  { deletedBy: 'deleteNotification', make: async () => made(await api.post('/v1/notifications', target())) },
  { deletedBy: 'deleteKey', make: async () => made(await api.post('/v1/keys', { name: 'x', scopes: ['read'] })) },
  {
    deletedBy: 'deleteUpload',
    make: async () => {
      const headers = { 'content-type': 'application/octet-stream' }
      return made(await api.send('POST', '/v1/uploads?name=x.csv', { raw: 'a\n1\n', headers }))
    },
    others: (id) => [{ endpoint: 'createSource', json: newSource({ connector: 'file', config: { upload: id } }) }],
  },
]

/** A body that each endpoint accepts. */
const BODIES: Partial<Record<EndpointId, () => unknown>> = {
  updateSource: () => ({ name: `Renamed ${randomUUID()}`, config: { rows: 5 } }),
  saveDraft: () => ({ config: { rows: 6 } }),
  publishDraft: () => ({ force: true }),
  rollBack: () => ({ version: 1 }),
  saveExample: () => ({ stream: 'rows', record: { key: 'a' }, expected: [] }),
  backfillSource: () => ({ cursorAt: '2020-01-01T00:00:00Z' }),
  retryQuarantine: () => ({ stream: 'rows' }),
  dropQuarantine: () => ({ stream: 'rows' }),
  replayHooks: () => ({ from: '2020-01-01T00:00:00Z' }),
  updateNotification: () => ({ active: false }),
  updateCredential: () => ({ secrets: { password: 'other-secret' } }),
}
const OTHER_PARAMS: Readonly<Record<string, string>> = { number: '1', name: 'some', event: '1' }

const all = Object.entries<Endpoint>(endpoints) as [EndpointId, Endpoint][]
/** Returns every request that concerns what an address names: the address itself, and those below it. */
const concerning = (deletedBy: EndpointId): readonly Sent[] => {
  const { path } = endpoints[deletedBy]
  return all
    .filter(([, endpoint]) => endpoint.path === path || endpoint.path.startsWith(`${path}/`))
    .map(([endpoint]) => ({ endpoint, json: BODIES[endpoint]?.() ?? (endpoints[endpoint].method === 'get' ? undefined : {}) }))
}

const send = ({ endpoint, path, json }: Sent, id: string): Promise<Answer> => {
  const { method, path: pattern } = endpoints[endpoint]
  const address = path ?? pattern.replace(':id', id).replace(/:(\w+)/g, (_, name: string) => OTHER_PARAMS[name] ?? 'x')
  const hasBody = method !== 'get' && method !== 'delete'
  return api.send(method.toUpperCase(), address, { headers: { 'if-match': '*' }, ...(hasBody && { json: json ?? {} }) })
}

/** Lists defects, with their causes; a worker that does not answer in time does not count here. */
const defectsIn = (answers: readonly { readonly sent: Sent; readonly answer: Answer }[]): readonly string[] =>
  answers
    .filter(({ answer }) => answer.status >= 500 && answer.body?.code !== 'CHECK_TIMEOUT')
    .map(({ sent, answer }) => {
      const cause = api.logLines.find((line) => line.includes(answer.body?.errorId))
      return `${sent.endpoint} → ${answer.status}: ${cause ?? answer.text}`
    })

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Streams end differently. */
const STREAMS: readonly EndpointId[] = ['fetchItem', 'streamEvents']

const racersOf = (deletable: Deletable): readonly EndpointId[] => {
  const racers = [...concerning(deletable.deletedBy), ...(deletable.others?.('x') ?? [])].map(({ endpoint }) => endpoint)
  return [...new Set(racers)].filter((endpoint) => !STREAMS.includes(endpoint))
}

/** Deletes something while requests of one kind are in progress, each delayed by the given ms. */
const race = async (deletable: Deletable, endpoint: EndpointId, waits: { readonly deletion: number; readonly requests: readonly number[] }) => {
  const id = await deletable.make()
  const wanted = [...concerning(deletable.deletedBy), ...(deletable.others?.(id) ?? [])].filter((sent) => sent.endpoint === endpoint)
  const removed: Sent = { endpoint: deletable.deletedBy }
  const deletion = delay(waits.deletion).then(async () => {
    const answer = await send(removed, id)
    if (deletable.deletedBy === 'deleteSource') await deleteSource(api.database, id, { waitMs: 50 })
    return { sent: removed, answer }
  })
  const requests = waits.requests.flatMap((ms) => wanted.map((sent) => delay(ms).then(async () => ({ sent, answer: await send(sent, id) }))))
  return Promise.all([deletion, ...requests])
}

describe('a request about something that is being deleted succeeds or gets 404, and never breaks', () => {
  it.each(DELETABLE.flatMap((deletable) => racersOf(deletable).map((endpoint) => ({ endpoint, deletedBy: deletable.deletedBy, deletable }))))(
    '$endpoint against $deletedBy',
    async ({ deletable, endpoint }) => {
      const ms = fc.integer({ min: 0, max: 15 })
      const waits = fc.record({ deletion: ms, requests: fc.array(ms, { minLength: 3, maxLength: 3 }) })
      for (const drawn of fc.sample(waits, { numRuns: ROUNDS, seed: 8 })) expect(defectsIn(await race(deletable, endpoint, drawn))).toEqual([])
    },
  )
})
