// Acceptance tests of the MCP server beyond mcp.int.test.ts: sizes, walks, host names, several processes, and tasks of an agent.
import { request as httpRequest } from 'node:http'
import { createHttpApi, type InletApi, TOOLS } from '@inlet/mcp'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertRecords, newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ callTimeoutMs: 300 })
})
afterAll(() => api.close())

// oxlint-disable-next-line typescript/no-explicit-any -- answers differ by tool
type Answer = any

const connect = async (key: string, url = api.url) => {
  const client = new Client({ name: 'acceptance', version: '1' })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }))
  let calls = 0
  return {
    calls: () => calls,
    async call(name: string, args: object = {}): Promise<Answer> {
      calls += 1
      const result = await client.callTool({ name, arguments: args as Record<string, unknown> })
      return result.structuredContent ?? result
    },
    close: () => client.close(),
  }
}

/** Runs a tool without a transport; checks its response as a client would, and its size as sent. */
const callChecked = async (inlet: InletApi, name: string, args: object): Promise<Answer> => {
  const tool = TOOLS.find((one) => one.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  const answer = await tool.run({ api: inlet, approval: false }, tool.input.parse(args))
  expect(tool.output.safeParse(answer).error?.issues ?? []).toEqual([])
  const sent = JSON.stringify(answer).replaceAll(/[`<>]/gu, '\\u0000')
  expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(32_768)
  return answer
}

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    fc.constantFrom('<', '`', '漢', '\u202e', '𝒳').chain((piece) => fc.nat(maxLength).map((count) => piece.repeat(count))),
    fc.string({ unit: 'binary', maxLength }),
  )
const stored = (value: string): string => value.replaceAll('\0', '').toWellFormed()
const record = fc
  .record({ key: text(300), title: fc.option(text(600), { nil: undefined }), text: fc.option(text(20_000), { nil: undefined }), member: text(3_000) })
  .map(({ key, title, text: body, member }) => ({
    key: stored(key),
    ...(title === undefined ? {} : { title: stored(title) }),
    ...(body === undefined ? {} : { text: stored(body) }),
    data: JSON.stringify({ member: stored(member) }),
  }))

describe('answers about any records', () => {
  it('are valid and at most 32 KB, and a walk skips nothing while records are written', { timeout: 240_000 }, async () => {
    const id = (await api.post('/v1/sources', newSource({ slug: 'any' }))).body.id
    const records = fc
      .sample(record, { numRuns: 1_000, seed: 7 })
      .map((one, n) => ({ ...one, key: `k${n} ${one.key.replaceAll('\\', '')}`, title: `needle ${one.title ?? ''}` }))
    await insertRecords(api.database, id, records)
    const inlet = createHttpApi({ url: api.url, key: api.keys.read })
    const found: string[] = []
    let pages = 0
    for (let cursor: string | undefined; ; pages += 1) {
      const page = await callChecked(inlet, 'search', { q: 'needle', source: ['any'], limit: 20, cursor })
      found.push(...page.hits.map(({ recordId }: { recordId: string }) => recordId))
      if (pages === 3) await insertRecords(api.database, id, [{ key: 'later', title: 'needle needle' }])
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(new Set(found).size).toBe(found.length)
    expect(found.length).toBeGreaterThanOrEqual(1_000)
    for (const recordId of found) await callChecked(inlet, 'read_record', { recordId, maxChars: 20_000 })
    await callChecked(inlet, 'describe_source', { source: 'any' })
    await callChecked(inlet, 'list_sources', {})
  })
})

describe('a host name that is not this server’s', () => {
  it.each([
    ['evil.example', undefined],
    ['evil.example:3210', 'http://evil.example:3210'],
    ['127.0.0.1.evil.example', undefined],
  ])('%s with the origin %s gets 403', async (host, origin) => {
    const { port } = new URL(api.url)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/mcp' }, (response) => resolve(response.resume().statusCode))
      request.on('error', reject)
      request.setHeader('host', host)
      request.setHeader('authorization', `Bearer ${api.keys.read}`)
      request.setHeader('content-type', 'application/json')
      if (origin !== undefined) request.setHeader('origin', origin)
      request.end('{}')
    })
    expect(status).toBe(403)
  })
})

describe('two API processes', () => {
  it('serve one client in turns, and a call repeated after one of them ended creates one run', async () => {
    await api.post('/v1/sources', newSource({ slug: 'shared', runNow: false }))
    const other = await startApi({
      store: { ...api.store, drop: async () => {} },
      config: { INLET_ENCRYPTION_KEYS: api.keyring },
      callTimeoutMs: 300,
    })
    const key = api.keys.write
    const [here, there] = [await connect(key), await connect(key, other.url)]
    const seen = [
      await here.call('list_sources'),
      await there.call('list_sources'),
      await here.call('list_sources'),
      await there.call('list_sources'),
    ]
    expect(new Set(seen.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const run = { source: 'shared', idempotencyKey: 'one-run-in-all' }
    // The response is lost with the process.
    const lost = there.call('run_source', run).catch(() => null)
    const first = await lost
    await there.close()
    await other.close()
    const again = await here.call('run_source', run)
    expect(again.runId).toBe(first.runId)
    const { rows } = await api.database.pool.query(
      `SELECT count(*)::int AS n FROM runs r JOIN sources s ON s.id = r.source_id WHERE s.slug = 'shared'`,
    )
    expect(rows).toEqual([{ n: 1 }])
    await here.close()
  })
})

const SUBJECTS = ['backups', 'certificates', 'invoices', 'migrations', 'passwords', 'releases', 'webhooks']

describe('tasks of an agent', () => {
  beforeAll(async () => {
    const id = (await api.post('/v1/sources', newSource({ slug: 'handbook', runNow: false }))).body.id
    const filler = 'Plain words that say nothing about it at all. '.repeat(60)
    await insertRecords(
      api.database,
      id,
      SUBJECTS.map((subject) => ({
        key: `${subject}.md`,
        title: `About ${subject}`,
        url: `https://example.org/${subject}`,
        text: `# About ${subject}\n\n${filler}\n\n## Who\n\n${filler}\n\n## When ${subject} fail\n\nWhen ${subject} fail, the answer is ${subject}-${subject.length}.\n\n## Rest\n\n${filler}`,
      })),
      'pages',
    )
  })

  it.each(SUBJECTS)('finds what to do when %s fail, with a citation, in two calls', async (subject) => {
    const agent = await connect(api.keys.read)
    const { hits } = await agent.call('search', { q: `what happens when ${subject} fail?`, source: ['handbook'], limit: 3 })
    const [{ recordId, url, data }] = hits
    expect(data.citations[0].headings).toContain(`When ${subject} fail`)
    const { data: read } = await agent.call('read_record', { recordId, chunk: data.citations[0].chunk, neighbors: 1 })
    expect(url).toBe(`https://example.org/${subject}`)
    expect(read.chunks.map(({ text: part }: { text: string }) => part).join('\n')).toContain(`${subject}-${subject.length}`)
    expect(read.chunks.length).toBeGreaterThan(1)
    expect(agent.calls()).toBeLessThanOrEqual(4)
    await agent.close()
  })

  it.each([
    ['paused', `status = 'PAUSED'`],
    ['stopped', `status = 'STOPPED'`],
    ['refused', `status = 'ERROR', status_reason = 'AUTH_FAILED'`],
    ['unscheduled', `cron = NULL`],
    ['scheduled', `cron = '0 5 * * *'`],
    ['denied', `status = 'ERROR', status_reason = 'PERMISSION_DENIED'`],
    ['broken', `status = 'ERROR', status_reason = 'TLS_FAILED'`],
  ])('says why a source that is %s stands still, in two calls', async (slug, change) => {
    await api.post('/v1/sources', newSource({ slug, runNow: false }))
    await api.database.pool.query(`UPDATE sources SET ${change} WHERE slug = $1`, [slug])
    const agent = await connect(api.keys.read)
    const { sources } = await agent.call('list_sources')
    expect(sources.map(({ source }: { source: string }) => source)).toContain(slug)
    const { why } = await agent.call('describe_source', { source: slug })
    const { blocker, remarks } = (await api.get(`/v1/sources/${slug}/why`)).body
    expect(why).toEqual({ code: blocker.code, ...blocker.unquoted, who: blocker.who, remarks })
    expect(blocker.unquoted).toEqual({ message: blocker.message, next: blocker.next })
    expect(why.next).not.toBe('')
    expect(agent.calls()).toBeLessThanOrEqual(4)
    await agent.close()
  })

  it.each([1, 2, 3, 4, 5, 6])('proposes a mapping for records that could not be stored, in two calls (%i)', async (n) => {
    const slug = `poor-${n}`
    const id = (await api.post('/v1/sources', newSource({ slug, runNow: false }))).body.id
    for (let k = 0; k < n * 40; k += 1)
      await api.database.pool.query(
        `INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw) VALUES ($1, gen_random_uuid(), 'rows', $2, $3, 'it has no key', '{"id":${k}}')`,
        [id, `k${k}`, k % 2 === 0 ? 'RECORD_INVALID' : 'RECORD_KEY_MISSING'],
      )
    const agent = await connect(api.keys.write)
    const { total, groups } = await agent.call('list_quarantine', { source: slug })
    expect([total, groups.map(({ count }: { count: number }) => count)]).toEqual([n * 40, [n * 20, n * 20]])
    expect(groups[0]).toMatchObject({ next: expect.any(String), data: { untrusted: true, stream: 'rows', samples: expect.any(Array) } })
    const { why } = await agent.call('describe_source', { source: slug })
    expect(why.remarks).toMatchObject([{ code: 'IN_QUARANTINE', message: expect.stringContaining(`${n * 40} records`) }])
    expect(JSON.stringify(why)).not.toContain('it has no key')
    const { planId, changes } = await agent.call('propose_change', {
      source: slug,
      mapping: { rows: { expression: '$merge([$, {"key": $string(id)}])', keys: 'set' } },
    })
    expect(changes.join()).toContain('mapping')
    expect(planId).toMatch(/^plan_/u)
    expect(agent.calls()).toBeLessThanOrEqual(4)
    await agent.close()
  })
})
