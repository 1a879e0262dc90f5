import { type ConnectorLog, JsonNumber } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { parseCatalog, toCatalog } from './catalog/catalog.js'
import { selectStreams } from './catalog/select-streams.js'
import { isChosen, planStream, toSpec } from './catalog/stream-plan.js'
import { singerConfigSchema, validateSinger } from './config.js'
import { chooseStreams, createRedactor, mergeSettings, writeCatalog } from './connection.js'
import { parseMessage } from './read/message.js'
import { createPageBuilder } from './read/page-builder.js'
import { toRecord } from './read/to-record.js'
import { splitLines } from './tap/split-lines.js'
import { toSlowTapFailure, toTapFailure } from './tap/tap-failure.js'
import { createTapLog } from './tap/tap-log.js'

const catalog = toCatalog({
  version: 1,
  streams: [
    {
      tap_stream_id: 'db-users',
      stream: 'users',
      schema: { properties: { id: {}, secret: {}, name: {} } },
      metadata: [
        { breadcrumb: [], metadata: { 'table-key-properties': ['id'], 'is-view': false } },
        { breadcrumb: ['properties', 'id'], metadata: { inclusion: 'automatic' } },
        { breadcrumb: ['properties', 'secret'], metadata: { selected: false } },
      ],
    },
    { tap_stream_id: 'db-log', stream: 'log', schema: {}, replication_method: 'INCREMENTAL', replication_key: 'at' },
    { tap_stream_id: 'off', schema: {}, metadata: [{ breadcrumb: [], metadata: { selected: false } }] },
    { tap_stream_id: 'no', schema: {}, metadata: [{ breadcrumb: [], metadata: { inclusion: 'unsupported' } }] },
  ],
})
const config = (more: object = {}) => singerConfigSchema.parse({ tap: 'x', ...more })
const names = (more: object) => chooseStreams(catalog, config(more)).map(({ name }) => name)

describe('streams', () => {
  it('are chosen by name and glob, and by what the catalog says', () => {
    expect(names({})).toEqual(['db-users', 'db-log'])
    expect(names({ streams: ['db-*'], exclude: ['*log'] })).toEqual(['db-users'])
    expect(names({ streams: ['off', 'no', 'db-log'] })).toEqual(['db-log', 'off'])
    expect(() => names({ streams: ['db-user'] })).toThrow('no stream of the tap is called "db-user"; it has db-users, db-log')
  })

  it('are a full refresh only where the settings say so', () => {
    const [users, log] = catalog.streams
    if (users === undefined || log === undefined) throw new Error('no streams')
    expect(toSpec(planStream(users, config()))).toEqual({ name: 'db-users', kind: 'row', incremental: true, deletes: 'events', keyFields: ['id'] })
    const replication = { 'db-*': { method: 'FULL_TABLE' } }
    expect(toSpec(planStream(users, config({ replication })))).toMatchObject({ incremental: false, deletes: 'sweep' })
    expect(planStream(log, config())).toMatchObject({ method: 'INCREMENTAL', replicationKey: 'at', keyFields: [] })
    expect(planStream(log, config({ keys: { 'db-log': ['n'] } }))).toMatchObject({ keyFields: ['n'], keysAreSet: true })
    expect(isChosen(users, { streams: ['*'], exclude: [] })).toBe(true)
  })

  it('are selected alone, with every field that was not deselected', () => {
    const [users] = catalog.streams
    if (users === undefined) throw new Error('no streams')
    const plan = planStream(users, config({ replication: { '*': { method: 'INCREMENTAL', key: 'name' } } }))
    const selected = selectStreams(catalog, plan, ['off'])
    const root = (at: number) => selected.streams[at]?.metadata?.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata
    expect([0, 1, 2, 3].map((at) => root(at)?.['selected'])).toEqual([true, false, true, false])
    expect(root(0)).toMatchObject({ 'replication-method': 'INCREMENTAL', 'replication-key': 'name', 'table-key-properties': ['id'] })
    const fields = selected.streams[0]?.metadata
      ?.filter(({ breadcrumb }) => breadcrumb.length > 0)
      .map(({ breadcrumb, metadata }) => [breadcrumb[1], metadata['selected']])
    expect(fields).toEqual([
      ['id', true],
      ['secret', false],
      ['name', true],
    ])
    expect(selected['version']).toBe(1)
  })

  it('go back to the tap with the numbers of its catalog', () => {
    const text = '{"streams":[{"tap_stream_id":"a","schema":{"properties":{"n":{"maximum":18446744073709551615}}}}]}'
    expect(writeCatalog(parseCatalog(text))).toContain('18446744073709551615')
    expect(() => parseCatalog('{"streams":[{"schema":{}}]}')).toThrow('streams.0.tap_stream_id')
  })
})

describe('messages', () => {
  it('keep every number', () => {
    const message = parseMessage('{"type":"RECORD","stream":"s","record":{"id":12345678901234567890,"price":1.10000000000000000001}}')
    expect(message).toMatchObject({ type: 'RECORD', record: { id: 12345678901234567890n, price: new JsonNumber('1.10000000000000000001') } })
  })

  it.each([
    ['INFO starting', 'invalid'],
    ['[]', 'invalid'],
    ['{}', 'invalid'],
    ['{"type":"RECORD","stream":"s"}', 'invalid'],
    ['{"type":"RECORD","record":{}}', 'invalid'],
    ['{"type":"STATE"}', 'invalid'],
    ['{"type":"HEARTBEAT"}', 'unknown'],
    ['{"type":"BATCH","stream":"s"}', 'BATCH'],
    ['{"type":"STATE","value":null}', 'STATE'],
    ['{"type":"SCHEMA","stream":"s","schema":{},"key_properties":"id"}', 'SCHEMA'],
  ])('recognizes %j as %s', (line, type) => {
    expect(parseMessage(line).type).toBe(type)
  })

  it('become records with keys, times and deletes', () => {
    const shape = { stream: 's', keyFields: ['a', 'b'], replicationKey: 'at' }
    expect(toRecord({ a: 1, b: null, at: '2026-01-01 02:03:04' }, shape)).toMatchObject({
      key: [1, null],
      occurredAt: new Date('2026-01-01T02:03:04Z'),
    })
    expect(toRecord({ a: null, b: null }, shape)).toBeNull()
    expect(toRecord({ a: 1, b: { c: 1 }, at: '20260101', _sdc_deleted_at: '2026-01-01T00:00:00Z' }, shape)).toMatchObject({ op: 'delete' })
    const bare = { stream: 's', keyFields: ['a'], replicationKey: null }
    expect(toRecord({ a: '' }, bare)).toBeNull()
    expect(toRecord({ a: 'x\0' }, bare)).toBeNull()
    expect(toRecord({ a: new JsonNumber('1.50') }, bare)?.key).toBe('1.50')
    const keyless = { stream: 's', keyFields: [], replicationKey: null }
    expect(toRecord({ a: 1, b: 2 }, keyless)?.key).toBe(toRecord({ b: 2, a: 1 }, keyless)?.key)
  })

  it('become pages whose cursor covers everything in them', () => {
    const pages = createPageBuilder({ maxRecords: 3, keepsState: true, now: () => 0 })
    const record = (key: number) => ({ stream: 's', key, kind: 'row' as const, data: { key } })
    expect(pages.add(record(1), 10)).toEqual([])
    expect(pages.mark({ at: 1 })).toEqual([])
    pages.add(record(2), 10)
    const full = pages.add(record(3), 10)
    expect(full.map(({ records, cursor }) => [records.map(({ key }) => key), cursor])).toEqual([
      [[1], { state: '{"at":1}' }],
      [[2, 3], undefined],
    ])
    pages.add(record(4), 10)
    pages.mark({ at: 12345678901234567890n })
    pages.add(record(5), 10)
    expect(pages.finish(false)).toMatchObject([{ records: [{ key: 4 }], cursor: { state: '{"at":12345678901234567890}' } }])
    expect(pages.finish(true)).toMatchObject([{ records: [{ key: 5 }] }])
    expect(pages.finish(true)).toEqual([])
    expect(() => pages.mark('x'.repeat(9000))).toThrow('9')
  })
})

describe('what a tap says', () => {
  it.each([
    ['requests.exceptions.HTTPError: 401 Client Error: Unauthorized', 'AUTH_FAILED'],
    ["pymysql.err.OperationalError: (1045, \"Access denied for user 'a'@'b'\")", 'AUTH_FAILED'],
    ['HTTPError: 403 Client Error: Forbidden', 'PERMISSION_DENIED'],
    ["(2003, \"Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)\")", 'UNREACHABLE'],
    ['socket.gaierror: [Errno -2] Name or service not known', 'DNS_FAILED'],
    ['ssl.SSLCertVerificationError: certificate verify failed', 'TLS_FAILED'],
    ['HTTPError: 503 Server Error: Service Unavailable', 'UPSTREAM_ERROR'],
    ['read timed out', 'TIMEOUT'],
    ["KeyError: 'id'", 'TAP_FAILED'],
  ])('%j is %s', (line, reason) => {
    expect(toTapFailure('exit code 1', ['Traceback', line, 'Node.js v20.1.0'])).toMatchObject({
      reason,
      message: `the tap ended with exit code 1: ${line}`,
    })
  })

  it('reports why a tap is slow', () => {
    const tail = ['INFO Backing off connect(...) for 0.7s (OperationalError: (1045, "Access denied for user \'a\'"))', 'INFO retrying']
    expect(toSlowTapFailure(tail, 9000)).toMatchObject({ reason: 'AUTH_FAILED' })
    expect(toSlowTapFailure(['INFO starting'], 9000)).toMatchObject({ reason: 'TIMEOUT' })
  })

  it('is logged without secrets, cut and counted', () => {
    const lines: { level: string; fields: object }[] = []
    const at = (level: string) => (fields: object) => void lines.push({ level, fields })
    const log: ConnectorLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
    const tap = createTapLog(log, createRedactor({ settings: { password: 'p&ssw0rd', pin: 123456, on: true, short: 'abc' } }))
    tap.push('INFO p&ss')
    tap.push('w0rd p%26ssw0rd 123456 abc\nERROR down\n')
    for (let i = 0; i < 300; i++) tap.push(`line ${i} ${'y'.repeat(2000)}\n`)
    tap.end()
    expect(lines[0]).toMatchObject({ level: 'debug', fields: { tap: 'INFO *** *** *** abc' } })
    expect(lines[1]).toMatchObject({ level: 'warn', fields: { tap: 'ERROR down' } })
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toMatchObject({ fields: { left: 102 } })
    expect(tap.tail).toHaveLength(20)
    expect(tap.tail.at(-1)?.length).toBe(1000)
  })
})

it('splits lines wherever chunks are cut, and cuts those that never end', async () => {
  const bytes = Buffer.from('one\nzwö\n\n \ndrei')
  for (let size = 1; size <= bytes.length; size++) {
    const found: string[] = []
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
    for await (const lines of splitLines(toAsync(chunks), 100)) for (const { text } of lines) found.push(text)
    expect(found).toEqual(['one', 'zwö', 'drei'])
  }
  const long = []
  for await (const lines of splitLines(toAsync([...Array.from({ length: 40 }, () => Buffer.alloc(65_536, 'x')), Buffer.from('\nnext\n')]), 1_000_000))
    long.push(...lines)
  expect(long.map(({ text, cut }) => [text.length, cut])).toEqual([
    [65_536, true],
    [4, false],
  ])
})
async function* toAsync(chunks: readonly Buffer[]) {
  yield* chunks
}

it('merges settings and secrets, and refuses secrets among the settings', () => {
  expect(mergeSettings({ a: 1, auth: { user: 'x', password: '' } }, { auth: { password: 'p' } })).toEqual({
    a: 1,
    auth: { user: 'x', password: 'p' },
  })
  expect(() => validateSinger(config({ settings: { auth: { api_key: 'abc' } } }))).toThrow('config.settings.auth.api_key looks like a secret')
  expect(() => validateSinger(config({ settings: { token_url: 'https://x', credentials_path: '/x', secret: '' } }))).not.toThrow()
})
