import { randomUUID } from 'node:crypto'
import { type Connector, complete, defineConnector } from '@inlet/connector-sdk'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, expectContract, problemOf, startApi, type TestApi } from '../../apps/api/testing/start-api.js'
import { startProcesses } from '../../apps/worker/testing/start-ingestion.js'

const people = ['Ada', 'Grace', 'Edsger', 'Barbara']
let held: (() => void) | null = null

/** `maxRows`: what the schema of this build of the connector accepts. */
const peopleConnector = (maxRows: number): Connector =>
  defineConnector({
    type: 'people',
    version: '1.0.0',
    title: 'People',
    description: 'Yields some people.',
    configSchema: z.strictObject({
      rows: z.int().max(maxRows).describe('How many.'),
      hold: z.boolean().default(false).describe('Wait in the middle.'),
    }),
    secretSchema: z.strictObject({ token: z.string().optional().describe('A secret.') }),
    streams: async () => [{ name: 'people', kind: 'row' as const, incremental: false, deletes: 'none' as const }],
    connect: async (ctx) => ({ config: ctx.config, [Symbol.asyncDispose]: async () => {} }),
    check: async () => {},
    async *read({ config }, { stream }) {
      if (config.hold) await new Promise<void>((resolve) => (held = resolve))
      yield {
        records: Array.from({ length: config.rows }, (_, n) => ({ stream, key: n, kind: 'row' as const, data: { name: people[n] ?? 'Nobody', n } })),
      }
      return complete('all rows were made')
    },
  })

describe('a version from draft to the records', () => {
  let api: TestApi
  const closers: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    api = await startApi({ connectors: [peopleConnector(1_000)] })
    // A worker of an older build: it takes fewer rows than the API lets through.
    const processes = await startProcesses({
      databaseUrl: api.store.url,
      keyring: api.keyring,
      overrides: { findConnector: () => peopleConnector(100) },
    })
    closers.push(
      () => processes.close(),
      () => api.close(),
    )
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })

  const register = async (changes: object): Promise<string> => {
    const answer = await api.post('/v1/sources', { name: randomUUID(), connector: 'people', runNow: false, ...changes })
    expect([answer.status, answer.text]).toEqual([201, answer.text])
    return answer.body.id
  }
  const draft = (id: string, json: object): Promise<Answer> => api.send('PUT', `/v1/sources/${id}/draft`, { json, headers: { 'if-match': '*' } })
  const publish = (id: string, json?: object): Promise<Answer> => api.post(`/v1/sources/${id}/draft/publish`, json, { headers: { 'if-match': '*' } })
  const ended = (runId: string): Promise<Answer> =>
    until(async () => {
      const run = await api.get(`/v1/runs/${runId}`)
      return run.body.status === 'ended' ? run : null
    })
  const run = async (id: string): Promise<Answer> => ended((await api.post(`/v1/sources/${id}/run`)).body.runId)
  const titlesOf = async (id: string): Promise<readonly (string | null)[]> =>
    (await api.get(`/v1/records?source=${id}`)).body.items.map(({ title }: { title: string | null }) => title).sort()

  it('shows before a publication what it would do to the records, and blocks it when some would go', async () => {
    const id = await register({ config: { rows: 3 }, mapping: { people: { expression: '{"title": data.name}' } } })
    expect((await run(id)).body).toMatchObject({ outcome: 'ok', version: 1 })
    expect(await titlesOf(id)).toEqual(['Ada', 'Edsger', 'Grace'])

    await draft(id, { mapping: { people: { expression: '{"title": $uppercase(data.name)}' } } })
    const review = await api.post(`/v1/sources/${id}/draft/review`)
    expectContract(review, 'reviewDraft')
    expect(review.body).toMatchObject({ passes: true, source: 'kept', records: 3, counts: { changed: 3, removed: 0, unchanged: 0 } })
    expect(review.body.changes[0]).toEqual({
      kind: 'changed',
      stream: 'people',
      key: '0',
      fields: [{ path: 'title', before: 'Ada', after: 'ADA' }],
    })
    expect(await titlesOf(id)).toEqual(['Ada', 'Edsger', 'Grace'])

    await draft(id, { mapping: { people: { expression: 'data.n > 0 ? {"title": data.name}' } } })
    const refused = await publish(id)
    expect(problemOf(refused)).toEqual([409, 'PUBLISH_BLOCKED'])
    expect(refused.body.review).toMatchObject({ passes: false, counts: { removed: 1, unchanged: 2 }, changes: [{ kind: 'removed', key: '0' }] })
    const forced = await publish(id, { force: true })
    expectContract(forced, 'publishDraft')
    expect(forced.body).toMatchObject({ version: 2 })
    expect((await run(id)).body).toMatchObject({ version: 2 })
    expect(await titlesOf(id)).toEqual(['Edsger', 'Grace'])
  })

  it('tries a first mapping on records read just now, and a changed config on those of both', async () => {
    const id = await register({ config: { rows: 2 } })
    await draft(id, { config: { rows: 3 }, mapping: { '*': { expression: '{"key": "x" & data.n, "title": data.name}', keys: 'set' } } })
    const { body } = await api.post(`/v1/sources/${id}/draft/review`)
    expect(body).toMatchObject({ passes: false, source: 'read', records: 3, counts: { keyChanged: 2, added: 1 } })
    expect(problemOf(await publish(id))).toEqual([409, 'PUBLISH_BLOCKED'])
    await draft(id, { mapping: { people: { expression: 'data.n = 1 ? $error("no") : {"title": data.name}' } } })
    expect((await publish(id)).body.review).toMatchObject({
      counts: { rejected: 1, changed: 1 },
      changes: [{ kind: 'rejected', reason: 'MAPPING_FAILED' }, {}],
    })
  })

  it('says in review and publication that the mapping names a stream which does not exist, even where no run has found any', async () => {
    const id = await register({ config: { rows: 2 } })
    await draft(id, { config: { rows: 3 }, mapping: { poeple: { expression: '{"title": data.name}' } } })
    const unknown = { code: 'STREAM_UNKNOWN', message: expect.stringMatching(/"poeple".*it has: people$/) as string }
    expect((await api.post(`/v1/sources/${id}/draft/review`)).body).toMatchObject({ passes: true, warnings: [unknown] })
    expect((await publish(id)).body.warnings).toContainEqual(unknown)
  })

  it('lets no publication break an example, forced or not, unless asked to', async () => {
    const id = await register({ config: { rows: 2 }, mapping: { people: { expression: '{"title": data.name}' } } })
    const example = { stream: 'people', record: { key: 7, data: { name: 'Alan' } }, expected: [{ title: 'Alan', key: 7 }] }
    const put = (name: string, json: object): Promise<Answer> => api.send('PUT', `/v1/sources/${id}/examples/${name}`, { json })
    expectContract(await put('alan', example), 'saveExample')
    expect((await put('alan', example)).status).toBe(200)
    expectContract(await api.get(`/v1/sources/${id}/examples`), 'listExamples')
    expect((await api.get(`/v1/sources/${id}/examples/alan`)).body).toMatchObject({ name: 'alan', ...example })
    expect(problemOf(await put('bad', { ...example, expected: [{ nonsense: 1 }] }))).toEqual([422, 'VALIDATION_FAILED'])

    await draft(id, { mapping: { people: { expression: '{"title": data.name & "!"}' } } })
    const refused = await publish(id)
    expect(problemOf(refused)).toEqual([409, 'EXAMPLES_BROKEN'])
    expect(refused.body.review.examples).toEqual({ total: 1, broken: [{ name: 'alan', stream: 'people', message: 'record 1: title is "Alan!"' }] })
    expect(problemOf(await publish(id, { force: true }))).toEqual([409, 'EXAMPLES_BROKEN'])
    expect((await publish(id, { force: 'examples' })).body).toMatchObject({ version: 2 })

    expect((await api.delete(`/v1/sources/${id}/examples/alan`)).status).toBe(204)
    expect(problemOf(await api.delete(`/v1/sources/${id}/examples/alan`))).toEqual([404, 'NOT_FOUND'])
    await draft(id, { mapping: { people: { expression: '{"title": data.name & "?"}' } } })
    expect((await publish(id)).body).toMatchObject({ version: 3 })
  })

  it('keeps the version before when a worker cannot load the new one, and says why', async () => {
    const id = await register({ config: { rows: 1 } })
    await run(id)
    await draft(id, { config: { rows: 500 } })
    expect((await publish(id)).body).toMatchObject({ version: 2 })
    const marked = await until(async () => {
      const source = await api.get(`/v1/sources/${id}`)
      return source.body.openError === null ? null : source
    })
    expectContract(marked, 'getSource')
    expect(marked.body).toMatchObject({ version: 1, config: { rows: 1 }, status: 'ACTIVE', openError: { version: 2, reason: 'VALIDATION_FAILED' } })
    expect((await api.get(`/v1/sources/${id}/versions/2`)).body).toMatchObject({
      state: 'retired',
      openedAt: null,
      openError: { reason: 'VALIDATION_FAILED' },
    })
    expect((await run(id)).body).toMatchObject({ version: 1, outcome: 'ok_nothing_new' })
    const events = await api.get(`/v1/events?source=${id}&type=source.open_failed`)
    expect(events.body.items).toMatchObject([{ level: 'error', data: { version: 2, liveAgain: 1 } }])
    await api.patch(`/v1/sources/${id}`, { config: { rows: 2 } }, { headers: { 'if-match': '*' } })
    const repaired = await until(async () => {
      const version = await api.get(`/v1/sources/${id}/versions/3`)
      return version.body.openedAt === null ? null : version
    })
    expect(repaired.body).toMatchObject({ state: 'published', openError: null })
    expect((await api.get(`/v1/sources/${id}`)).body).toMatchObject({ version: 3, openError: null })
  })

  it('ends a run on the version it began with, whatever is published meanwhile', async () => {
    const id = await register({ config: { rows: 1, hold: true } })
    const { runId } = (await api.post(`/v1/sources/${id}/run`)).body
    await until(async () => held !== null)
    await draft(id, { config: { rows: 3 } })
    expect((await publish(id)).body).toMatchObject({ version: 2 })
    held?.()
    expect((await ended(runId)).body).toMatchObject({ version: 1, outcome: 'ok', counts: { read: 1 } })
    expect((await run(id)).body).toMatchObject({ version: 2, counts: { read: 3 } })
    expect((await api.post(`/v1/sources/${id}/rollback`, { version: 1 })).body).toMatchObject({ version: 3, config: { rows: 1, hold: true } })
  })
})
