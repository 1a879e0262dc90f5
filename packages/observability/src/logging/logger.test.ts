import { Failure } from '@inlet/domain'
import { describe, expect, it, vi } from 'vitest'
import { createLogger } from './logger.js'
import { createSecretRegistry } from './secret-registry.js'

const CANARY = 'canary "5f37/59df"+ü'

const capture = () => {
  const lines: string[] = []
  const secrets = createSecretRegistry()
  secrets.add({ password: CANARY, nested: ['s3cr3t-two'] }, 60_000)
  const log = createLogger({ level: 'debug', name: 'test', secrets, destination: { write: (line) => lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

describe('repeated warnings', () => {
  it('of the same source and kind of failure are one line, then one with their number', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLogger({ level: 'info', name: 'test', repeatWindowMs: 20, destination: { write: (line) => void lines.push(JSON.parse(line)) } })
    const [one, other] = [log.child({ sourceId: 's1' }), log.child({ sourceId: 's2' })]
    for (let n = 0; n < 5; n += 1) {
      one.warn({ err: new Failure('TIMEOUT', `late by ${n}`) }, 'it failed')
      other.warn({ err: new Failure('TIMEOUT', 'late') }, 'it failed')
      one.info('going on')
    }
    one.warn({ err: new Failure('DNS_FAILED', 'no such name') }, 'it failed')
    for (const tap of ['first line', 'second line']) one.warn({ tap, runId: `${Math.random()}` }, 'the tap says')
    const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ sourceId, repeated }) => [sourceId, repeated])
    expect(warnings()).toEqual([
      ['s1', undefined],
      ['s2', undefined],
      ['s1', undefined],
      ['s1', undefined],
      ['s1', undefined],
    ])
    expect(lines.filter(({ level }) => level === 'info')).toHaveLength(5)
    await vi.waitUntil(() => warnings().length === 7)
    expect(warnings().slice(5)).toEqual([
      ['s1', 3],
      ['s2', 3],
    ])
    expect(lines.at(-2)).toMatchObject({ err: { message: 'late by 4' }, msg: 'it failed' })
  })
})

describe('createLogger', () => {
  it('writes JSON lines with level, name and ISO time', () => {
    const { log, last } = capture()
    log.info({ sourceId: 's1' }, 'began')
    expect(last()).toMatchObject({ level: 'info', name: 'test', sourceId: 's1', msg: 'began' })
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT/u)
  })

  it('redacts fields by name at any depth', () => {
    const { log, last } = capture()
    log.info({
      req: { headers: { Authorization: 'Bearer abcdefgh', cookie: ['a=b'], 'set-cookie': 'c=d', 'x-api-key': 'k' } },
      list: [{ deep: { config: { connectionString: 'x', accountKey: { a: 1 }, sas_token: 'x', clientSecret: 42 } } }],
    })
    expect(last()).toMatchObject({
      req: { headers: { Authorization: '[redacted]', cookie: '[redacted]', 'set-cookie': '[redacted]', 'x-api-key': '[redacted]' } },
      list: [{ deep: { config: { connectionString: '[redacted]', accountKey: '[redacted]', sas_token: '[redacted]', clientSecret: '[redacted]' } } }],
    })
  })

  it('leaves harmless names and values alone', () => {
    const { log, last } = capture()
    const fields = { key: 'row 1', keyHash: 'abc', tokenCount: 3, hasPassword: true, password: null, message: 'Unexpected token <', cursor: 12_345 }
    log.info(fields)
    expect(last()).toMatchObject(fields)
  })

  it('keeps names redacted in child loggers and in the output of serializers', () => {
    const { log, last } = capture()
    class Request {
      toJSON() {
        return { headers: { authorization: 'Basic Zm9vOmJhcg==' } }
      }
    }
    log.child({ req: new Request(), password: 'x1' }).info('hello')
    expect(last()).toMatchObject({ req: { headers: { authorization: '[redacted]' } }, password: '[redacted]' })
  })

  it('removes registered values wherever they are', () => {
    const { log, lines } = capture()
    const error = new Error(`login with ${CANARY} refused`, { cause: new Error(`at https://u:${encodeURIComponent(CANARY)}@a.test`) })
    log.warn({ err: error, url: `https://a.test/?q=${encodeURIComponent(CANARY)}`, body: JSON.stringify({ p: CANARY }) }, `message ${CANARY}`)
    log.warn({ [CANARY]: 1, plain: ['s3cr3t-two'], buffer: Buffer.from('s3cr3t-two').toString('base64') })
    const text = lines.join('')
    expect(text).not.toMatch(/5f37|s3cr3t|czNjcjN0/u)
    expect(text.match(/\[redacted\]/gu)?.length).toBeGreaterThanOrEqual(8)
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
  })

  it('keeps lines valid JSON when a secret looks like a number or like syntax', () => {
    const lines: string[] = []
    const secrets = createSecretRegistry()
    secrets.add({ pin: 12_345_678, odd: '","level' }, 60_000)
    const log = createLogger({ level: 'info', name: 'test', secrets, destination: { write: (line) => lines.push(line) } })
    log.info({ pinned: 12_345_678, larger: 123_456_789 }, 'x')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ pinned: '[redacted]', larger: 123_456_789, level: 'info' })
  })

  it('removes secrets recognizable by their context', () => {
    const { log, last } = capture()
    log.info({
      a: 'postgres://inlet:hunter2@db:5432/x',
      b: 'GET /x?api_key=hunter2&page=2',
      c: 'got Bearer abcdef.hunter2',
      d: 'key inl_0a1b_hunter2hunter2_cc unknown',
      e: 'AccountName=a;AccountKey=hunter2==;x=1',
      f: '{"password": "hunter2", "page": 2}',
    })
    expect(JSON.stringify(last())).not.toContain('hunter2')
    expect(last()).toMatchObject({
      a: 'postgres://inlet:[redacted]@db:5432/x',
      b: 'GET /x?api_key=[redacted]&page=2',
      c: 'got Bearer [redacted]',
      d: 'key inl_0a1b_[redacted] unknown',
      f: '{"password": "[redacted]", "page": 2}',
    })
  })

  it('shows code, reason and next step of a failure, and its causes', () => {
    const { log, last } = capture()
    const driver = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', config: { headers: { x: 'should not be here' } } })
    log.error({ err: new Failure('UNREACHABLE', 'cannot reach a.test', { cause: driver, field: 'config.url' }) }, 'failed')
    expect(last()['err']).toMatchObject({
      type: 'Failure',
      code: 'transient',
      reason: 'UNREACHABLE',
      field: 'config.url',
      message: 'cannot reach a.test',
      next: expect.stringContaining('Check the address'),
      cause: { type: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    })
    expect(JSON.stringify(last())).not.toContain('should not be here')
  })

  it('survives circular causes and a thrown value that is not an error', () => {
    const { log, last } = capture()
    const a = new Error('a')
    a.cause = new Error('b', { cause: a })
    log.error({ err: a })
    expect(last()['err']).toMatchObject({ message: 'a', cause: { message: 'b' } })
    log.error({ err: { password: 'p' } })
    expect(last()['err']).toEqual({ type: 'object', message: 'a thrown object' })
    log.error({ err: new AggregateError([new Error('one'), new Error('two')], 'both') })
    expect(last()).toMatchObject({ err: { errors: [{ message: 'one' }, { message: 'two' }] } })
  })

  it('forgets values after their time', () => {
    let now = 0
    const secrets = createSecretRegistry(() => now)
    secrets.add('short-lived', 10)
    secrets.add('long-lived', 20)
    secrets.add('short-lived', 5)
    now = 10
    expect(secrets.values()).toEqual(['long-lived'])
    expect(secrets.pattern()?.source).toContain('long-lived')
    now = 20
    expect(secrets.pattern()).toBeUndefined()
  })
})
