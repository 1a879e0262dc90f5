import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { complete, createEgressGuard, createHttpClient, defineConnector, Failure, JsonNumber } from '@inlet/connector-sdk'
import { testResult } from '@inlet/contract'
import { createMappingPool } from '@inlet/mapping'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { createMasterKeyText, parseKeyring, sealSecrets } from '@inlet/security'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { testSource } from './test-source.js'

const TOKEN = 'canary-4f7f0a5e'
let closed = 0
let known: unknown

/** Calls a small server and logs what it should not. */
const books = defineConnector({
  type: 'books',
  version: '1.0.0',
  title: 'Books',
  description: 'For tests.',
  configSchema: z.strictObject({ url: z.url(), mode: z.enum(['good', 'empty', 'hang', 'forbidden', 'huge']).default('good') }),
  secretSchema: z.strictObject({ token: z.string().optional() }),
  egress: ({ url }) => [{ field: 'url', url }],
  streams: async () => [{ name: 'books', kind: 'item' as const, incremental: false, deletes: 'sweep' as const, keyFields: ['id'] }],
  connect: async (ctx) => ({ ctx, [Symbol.asyncDispose]: async () => void (closed += 1) }),
  async check({ ctx }) {
    ctx.log.info({ token: ctx.secrets.token }, `asking with ${ctx.secrets.token}`)
    const response = await ctx.http.request({ url: ctx.config.url, headers: { authorization: ctx.secrets.token ?? '' } })
    response.discard()
    if (response.status === 401) throw new Failure('AUTH_FAILED', 'the token was refused')
  },
  async *read({ ctx }, { stream, signal }) {
    known = await ctx.known.lookup(stream, [1])
    const { mode } = ctx.config
    if (mode === 'forbidden') throw new Failure('PERMISSION_DENIED', 'not these')
    if (mode === 'empty') return complete('nothing is there')
    const data = { id: 9_007_199_254_740_993n, price: new JsonNumber('12.50'), name: 'Tea \u0000' }
    for (let n = 1; ; n += 1) {
      if (mode === 'hang' && n > 2)
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
      const text = mode === 'huge' ? { data: { blob: 'x'.repeat(900_000) } } : { data }
      yield { records: [{ stream, key: n, kind: 'item' as const, title: `Book ${n}`, ...text }], progress: { total: 70 } }
    }
  },
})

describe('testSource', () => {
  const server = createServer((request, response) => response.writeHead(request.headers.authorization === TOKEN ? 200 : 401).end('{}'))
  const mappings = createMappingPool()
  const secrets = createSecretRegistry()
  const egress = createEgressGuard({ allow: ['127.0.0.1'] })
  const http = createHttpClient({ guard: egress, userAgent: 'test' })
  let url = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    http.close()
    server.close()
    await mappings[Symbol.asyncDispose]()
  })

  const connecting = {
    database: {} as never,
    keyring: parseKeyring(createMasterKeyText('k1')),
    tokens: {} as never,
    paces: { of: () => ({ take: async () => {}, report: async () => {} }) },
    egress,
    http: { axios: http, node: http },
    log: createLogger({ level: 'error', name: 'test' }),
    secrets,
    findConnector: (type: string) => (type === 'books' ? (books as never) : undefined),
    fileRoots: [],
    workRoot: `${tmpdir()}/inlet-test-work`,
  }
  const ask = async (params: object, config: object = {}, { token = TOKEN, readLimitMs = 5_000 } = {}) => {
    const place = { ownerId: 'call', version: 0 }
    const request = {
      sourceId: 'call',
      connector: 'books',
      config: { url, ...config },
      credential: { sealed: sealSecrets(connecting.keyring, place, { token }), place },
    }
    const { json } = (await testSource(
      { connecting, mappings, readLimitMs },
      { request, params: { limit: 3, mapping: null, ...params } },
      new AbortController().signal,
    )) as {
      json: string
    }
    return { text: json, ...testResult.parse(JSON.parse(json)) }
  }
  const stepsOf = ({ steps }: Awaited<ReturnType<typeof ask>>) => Object.fromEntries(steps.map(({ name, status }) => [name, status]))

  it('returns raw and mapped records, exact, with the capabilities of the stream', async () => {
    closed = 0
    const answer = await ask({
      mapping: { books: { expression: '{"title": $uppercase(title), "text": data.name, "data": {"id": data.id, "gross": data.price * 2}}' } },
    })
    expect(answer.records).toMatchObject([{ raw: { title: 'Book 1', text: null } }, {}, {}])
    expect(answer.text).toContain('"id":9007199254740993')
    expect(answer.text).toContain('"price":12.50')
    // Text with NUL cannot be stored, and the test reports that before a run does.
    expect(answer.records[0]?.rejected).toMatchObject({ reason: 'TEXT_NOT_STORABLE', key: '1' })
    expect(answer.capabilities?.streams).toEqual([
      { name: 'books', kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['id'], keys: 'kept', estimatedTotal: 70 },
    ])
    expect([closed, known]).toEqual([1, new Map()])
  })

  it('splits and drops as a run would', async () => {
    const split = await ask({
      mapping: { books: { expression: '[{"key": [key, 0], "data": {}}, {"key": [key, 1], "data": {}}]', keys: 'set' } },
      limit: 1,
    })
    expect(split.records[0]?.mapped.map(({ key }) => key)).toEqual(['[1,0]', '[1,1]'])
    const dropped = await ask({ mapping: { '*': { expression: 'null' } } })
    expect(dropped.records.map(({ mapped }) => mapped)).toEqual([[], [], []])
    expect(dropped.warnings.map(({ code }) => code)).toContain('ALL_DROPPED')
  })

  it('warns of a stream that the mapping names but the source does not have', async () => {
    const answer = await ask({ mapping: { boks: { expression: '$' }, '*': { expression: '$' } } })
    expect(answer.warnings.filter(({ code }) => code === 'STREAM_UNKNOWN')).toMatchObject([
      { stream: 'boks', message: expect.stringContaining('it has: books') as string },
    ])
  })

  it('shows the log without secrets, and counts requests', async () => {
    const answer = await ask({})
    expect(answer.text).not.toContain(TOKEN)
    expect(answer.logs.map(({ message }) => message)).toEqual(expect.arrayContaining(['http request', expect.stringContaining('asking with [')]))
    expect(answer.steps.find(({ name }) => name === 'records')).toMatchObject({ status: 'warning', code: 'TEXT_NOT_STORABLE' })
    expect(answer.metrics).toMatchObject({ requests: 1, records: 3 })
    expect(answer.warnings.map(({ code }) => code)).toEqual(['NOT_INCREMENTAL', 'REJECTED'])
  })

  it.each<[string, object, string, string]>([
    ['settings that cannot work', { url: 'nonsense' }, 'config', 'VALIDATION_FAILED'],
    ['a blocked address', { url: 'http://10.0.0.1/' }, 'address', 'URL_BLOCKED_ADDRESS'],
    ['a name that leads nowhere', { url: 'http://nowhere.invalid/' }, 'dns', 'DNS_FAILED'],
    ['nobody there', { url: 'http://127.0.0.1:1/' }, 'reach', 'UNREACHABLE'],
    ['a wrong token', { token: 'wrong-token' }, 'auth', 'AUTH_FAILED'],
    ['a missing permission', { mode: 'forbidden' }, 'permission', 'PERMISSION_DENIED'],
  ])('says where it fails: %s', async (_what, { token = TOKEN, ...config }: { token?: string }, name, code) => {
    const answer = await ask({}, config, { token })
    expect([answer.ok, answer.failure?.reason]).toEqual([false, code])
    expect(answer.steps.filter(({ status }) => status === 'failed')).toMatchObject([{ name, code }])
  })

  it('warns of an empty source', async () => {
    const answer = await ask({}, { mode: 'empty' })
    expect([answer.ok, stepsOf(answer)['records'], answer.warnings[0]?.code]).toEqual([true, 'warning', 'EMPTY'])
  })

  it('maps a sample with all digits of its numbers', async () => {
    const sampleJson = '{"records":[{"data":{"n":9007199254740993,"price":0.12345678901234567891},"key":9007199254740995}],"stream":"books"}'
    const mapping = { books: { expression: '{"data": {"id": data.n, "price": data.price}}' } }
    const answer = await ask({ sample: JSON.parse(sampleJson) as object, sampleJson, mapping })
    expect(answer.text).toContain('"data":{"n":9007199254740993,"price":0.12345678901234567891}')
    expect(answer.text).toContain('"data":{"id":9007199254740993,"price":0.12345678901234567891}')
    expect(answer.records[0]?.raw.key).toBe('9007199254740995')
  })

  it('tries only the mapping on a sample, without connecting', async () => {
    const sample = { stream: 'books', records: [{ key: 'a', title: 'one', data: { n: 1 } }, { data: { n: 'x' } }] }
    const answer = await ask({ sample, mapping: { books: { expression: '{"data": {"n": data.n + 1}}' } } }, { url: 'nonsense' })
    expect(answer.records[0]?.mapped).toMatchObject([{ key: 'a', title: 'one', data: { n: 2 } }])
    expect(answer.records[1]).toMatchObject({ mapped: [], rejected: { key: 'sample 2', reason: 'MAPPING_FAILED' } })
    expect([answer.capabilities, stepsOf(answer)['mapping'], answer.metrics.requests]).toEqual([null, 'failed', 0])
  })

  it('leaves out records that would make the answer too large', async () => {
    const answer = await ask({ limit: 20 }, { mode: 'huge' })
    expect([answer.truncated, answer.records.length < 20, answer.text.length < 5_000_000]).toEqual([true, true, true])
  })

  it('returns what was read in time when the source hangs', async () => {
    const answer = await ask({}, { mode: 'hang' }, { readLimitMs: 500 })
    expect(answer.records.map(({ raw }) => raw.key)).toEqual(['1', '2'])
    expect(answer.steps.at(-1)).toMatchObject({ name: 'speed', status: 'failed', code: 'TIMEOUT' })
  })
})
