import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { JsonNumber, type SourceRecord } from '@inlet/domain'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createMappingPool, type MappedRecord } from './create-mapping-pool.js'

const record = (key: number, data: SourceRecord['data'] = {}): SourceRecord => ({ stream: 's', key, kind: 'row', data: { n: key, ...data } })
const records = (count: number): readonly SourceRecord[] => Array.from({ length: count }, (_, n) => record(n))
const reasonsOf = (mapped: readonly MappedRecord[]): object =>
  Object.fromEntries(mapped.flatMap(({ rejected }, n) => (rejected === null ? [] : [[n, rejected.reason]])))

describe('createMappingPool', () => {
  const pool = createMappingPool({ timeoutMs: 800 })
  const slow = createMappingPool({ processes: 1, timeoutMs: 20_000, memoryMb: 32 })
  afterAll(() => Promise.all([pool, slow].map((each) => each[Symbol.asyncDispose]())))
  afterEach(() => void vi.unstubAllEnvs())
  const map = (expression: string, input: readonly SourceRecord[], keys: 'kept' | 'set' = 'kept') => pool.map({ expression, keys }, input)

  it('maps a page in order', async () => {
    const mapped = await map('{"title": "number " & data.n, "data": {"twice": data.n * 2}}', records(1_000))
    expect(mapped.length).toBe(1_000)
    expect(mapped[999]).toEqual({ records: [{ stream: 's', key: 999, kind: 'row', title: 'number 999', data: { twice: 1_998 } }], rejected: null })
  })

  it('drops and splits', async () => {
    const input = record(1, { items: ['a', 'b'] })
    expect(await map('data.n = 1 ? null', [input, record(2)])).toEqual([
      { records: [], rejected: null },
      { records: [], rejected: null },
    ])
    const [split] = await map('data.items#$i.{"key": [$$.key, $i], "title": $string($), "data": {}}', [input], 'set')
    expect(split?.records.map(({ key, title }) => [key, title])).toEqual([
      [[1, 0], 'a'],
      [[1, 1], 'b'],
    ])
  })

  it('passes on numbers that JavaScript would round', async () => {
    const data = { id: 9_007_199_254_740_993n, amount: new JsonNumber('12345678901234567890.10'), price: new JsonNumber('12.50') }
    const [mapped] = await map('{"title": "order " & data.id, "data": {"all": data, "gross": data.price * 2}}', [record(1, data)])
    expect(mapped?.records[0]).toMatchObject({ title: 'order 9007199254740993', data: { all: { n: 1, ...data }, gross: 25 } })
  })

  it.each([
    [
      'a regular expression that backtracks for ever',
      '{"title": data.n = 7 ? $string($match(data.n & "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /((a+)\\2?)+$/)) : "x"}',
    ],
    ['endless recursion', '($f := function($x) { $f($x) }; {"title": data.n = 7 ? $f(1) : "x"})'],
  ])('rejects only the record that takes too long: %s', async (_what, expression) => {
    expect(reasonsOf(await map(expression, records(20)))).toEqual({ 7: 'MAPPING_TIMEOUT' })
  })

  it.each([
    ['a text of 300 MB', '{"title": data.n = 7 ? $pad("", 3e8) : "x"}'],
    ['a list of ten million', '{"data": {"c": data.n = 7 ? $count([1..9999999]) : 1}}'],
  ])('rejects only the record that needs too much memory: %s', async (_what, expression) => {
    expect(reasonsOf(await slow.map({ expression }, records(20)))).toEqual({ 7: 'MAPPING_MEMORY' })
  })

  it.each([
    ['deep recursion', '($f := function($x) { 1 + $f($x) }; {"title": $f(1)})', 'MAPPING_FAILED', /Stack overflow/],
    ['a list of a billion', '{"data": {"x": [1..1e9]}}', 'MAPPING_FAILED', /range operator/],
    ['an error of its own', '$error("not this one")', 'MAPPING_FAILED', /not this one/],
    ['adding a number to text', '{"data": {"x": data.n + "a"}}', 'MAPPING_FAILED', /number/],
    ['not a number', '{"data": {"x": 0/0}}', 'MAPPING_FAILED', /NaN/],
    ['a function', '{"data": {"f": $uppercase}}', 'MAPPING_FAILED', /function/],
    ['text', '"text"', 'MAPPING_RESULT', /gives text/],
    ['__proto__', '{"data": {"__proto__": {"a": 1}}}', 'MAPPING_RESULT', /"__proto__"/],
    ['constructor', '{"data": {"a": {"constructor": 1}}}', 'MAPPING_RESULT', /"constructor"/],
    ['prototype', '{"data": {"prototype": 1}}', 'MAPPING_RESULT', /"prototype"/],
  ])('rejects %s', async (_what, expression, reason, message) => {
    const [mapped] = await map(expression, [record(1, { secretless: true })])
    expect(mapped?.rejected).toMatchObject({ stream: 's', key: 1, reason, message: expect.stringMatching(message) as unknown })
    expect(mapped?.rejected?.raw).toContain('secretless')
  })

  it('accepts the word constructor as a value', async () => {
    expect(reasonsOf(await map('{"title": "\\"constructor\\": 1"}', [record(1)]))).toEqual({})
  })

  it('rejects a record that is no JSON, and maps its neighbor', async () => {
    expect(reasonsOf(await map('{"title": "x"}', [record(1, { x: Number.NaN }), record(2)]))).toEqual({ 0: 'NUMBER_NOT_STORABLE' })
  })

  it('does not change the input of another record', async () => {
    const mapped = await map('$ ~> |data|{"n": n + 1}|', records(3))
    expect(mapped.map(({ records: [first] }) => first?.data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it.each(['process', 'require', 'globalThis', '$.constructor', '$uppercase.constructor', '"a".constructor.constructor', '__proto__'])(
    'leads nowhere: %s',
    async (place) => expect((await map(`{"title": $type(${place})}`, [record(1)]))[0]).toMatchObject({ rejected: null, records: [{ key: 1 }] }),
  )

  it('stops for a signal and leaves no process and no folder behind', async () => {
    // Other pools on this machine have folders, too.
    const folder = mkdtempSync(path.join(tmpdir(), 'inlet-pool-'))
    vi.stubEnv('TMPDIR', folder)
    const own = createMappingPool({ processes: 1, timeoutMs: 60_000 })
    const stop = new AbortController()
    await own.map({ expression: '$' }, [record(1)])
    const busy = own.map({ expression: '($f := function($x) { $f($x) }; $f(1))' }, [record(1)])
    const waiting = own.map({ expression: '$' }, [record(2)], stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await own[Symbol.asyncDispose]()
    await expect(busy).rejects.toMatchObject({ reason: 'CANCELLED' })
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('gives the process no environment, and no place in the file system', async () => {
    await map('$', [record(1)])
    if (process.platform !== 'linux') return
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split('\n')
    const pids = children.filter((line) => line.includes('evaluate.mjs')).map((line) => line.trim().split(' ')[0])
    expect(pids.length).toBeGreaterThan(0)
    for (const pid of pids) {
      expect(execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' })).toMatch(/inlet-mapping-\w+ \(deleted\)/)
      expect(
        execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' })
          .split('\0')
          .map((entry) => entry.split('=')[0]),
      ).not.toContain('PATH')
    }
  })
})
