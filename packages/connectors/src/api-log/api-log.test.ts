import { appendFile, copyFile, rename, truncate, unlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { combinedLine, combinedLines, createLogFixture, type LogFixture } from './fixtures/log-fixture.js'

let fixture: LogFixture
let log: string
const others: LogFixture[] = []
const anotherFixture = async (): Promise<LogFixture> => {
  const other = await createLogFixture()
  others.push(other)
  return other
}
beforeEach(async () => {
  fixture = await createLogFixture()
  log = path.join(fixture.root, 'access.log')
})
afterEach(async () => {
  for (const opened of [fixture, ...others.splice(0)]) await opened[Symbol.asyncDispose]()
})

const run = (config: object = {}) => fixture.run({ paths: ['access.log'], ...config })
const numbers = (result: Awaited<ReturnType<typeof run>>) =>
  result.records.map((record) => Number(/n=(\d+)/.exec(record.data['content'] as string)?.[1]))
const stored = () => fixture.store.snapshot('requests').size

describe('keys', () => {
  it.each([
    ['ASCII', '/plain'],
    ['other scripts', '/straße/日本'],
  ])('end with the offset and the checksum of the line in bytes, after lines that are filtered out (%s)', async (_what, target) => {
    const lines = [200, 500, 404, 503].map((status, n) => `1.2.3.4 - - [01/Jan/2026:00:00:0${n} +0000] "GET ${target} HTTP/1.1" ${status} ${n}`)
    await fixture.write('access.log', lines.map((line) => `${line}\n`).join(''))
    const offsetOf = (at: number): number => Buffer.byteLength(lines.slice(0, at).join('\n')) + (at === 0 ? 0 : 1)
    const keys = (await run({ status: ['5xx'] })).records.map(({ key }) => [key].flat().slice(-2))
    expect(keys).toEqual([1, 3].map((at) => [offsetOf(at), crc32(lines[at] ?? '')]))
  })
})

describe('logs that grow and rotate', () => {
  it('yields events, and later only what was added; a half line waits', async () => {
    await fixture.write('access.log', `${combinedLines(0, 3)}${combinedLine(3).slice(0, 40)}`)
    const first = await run()
    expect(numbers(first)).toEqual([0, 1, 2])
    expect(first.records[1]).toMatchObject({
      kind: 'event',
      occurredAt: '2026-01-01T00:00:01.000Z',
      data: {
        eventType: 'http_request',
        actor: '10.0.0.1',
        content: 'GET /api/v1/items/1?n=1 200',
        context: { method: 'GET', path: '/api/v1/items/1', query: 'n=1', status: 200, bytes: 1, userAgent: 'curl/8.5.0' },
      },
    })
    expect((await run()).pages).toBe(0)
    await appendFile(log, `${combinedLine(3).slice(40)}${combinedLines(4, 6)}`)
    expect(numbers(await run())).toEqual([3, 4, 5])
    expect(stored()).toBe(6)
  })

  it('loses and duplicates nothing when a log is renamed, written to and reopened', async () => {
    await fixture.write('access.log', combinedLines(0, 5))
    await run()
    await appendFile(log, combinedLines(5, 6))
    await rename(log, `${log}.1`)
    await appendFile(`${log}.1`, combinedLines(6, 8))
    expect(numbers(await run())).toEqual([5, 6, 7])
    await writeFile(log, combinedLines(8, 10))
    expect(numbers(await run())).toEqual([8, 9])
    await rename(`${log}.1`, `${log}.2`)
    await rename(log, `${log}.1`)
    await writeFile(log, combinedLines(10, 11))
    expect(numbers(await run())).toEqual([10])
    expect(stored()).toBe(11)
  })

  it('recognizes a log after it was compressed, with and without lines that were not read yet', async () => {
    await fixture.write('access.log', combinedLines(0, 5))
    await run()
    await unlink(log)
    await fixture.write('access.log.1.gz', gzipSync(combinedLines(0, 5)))
    expect((await run()).records).toEqual([])
    await fixture.write('access.log.1.gz', gzipSync(`${combinedLines(0, 7)}${combinedLine(7).trimEnd()}`))
    expect(numbers(await run())).toEqual([5, 6, 7])
    expect((await run()).records).toEqual([])
    await fixture.write('access.log.2.gz', Buffer.concat([gzipSync(combinedLines(20, 22)), gzipSync(combinedLines(22, 24))]))
    expect(numbers(await run())).toEqual([20, 21, 22, 23])
    expect((await run()).records).toEqual([])
  })

  it('follows copytruncate, even while the copy is not complete', async () => {
    await fixture.write('access.log', combinedLines(0, 5))
    await run()
    await appendFile(log, combinedLines(5, 7))
    await writeFile(`${log}.1`, combinedLines(0, 2))
    expect(numbers(await run()).filter((n) => n > 4)).toEqual([5, 6])
    await copyFile(log, `${log}.1`)
    await truncate(log)
    expect((await run()).inserted).toBe(0)
    await appendFile(log, combinedLines(7, 9))
    expect(numbers(await run())).toEqual([7, 8])
    expect(stored()).toBe(9)
  })

  it('reads a log that was rewritten under the same first line, and distinguishes equal lines', async () => {
    const header = '#Fields: a b\n'
    await fixture.write('access.log', `${header}${combinedLine(0).repeat(3)}${combinedLines(1, 3)}`)
    expect((await run()).records).toHaveLength(5)
    await fixture.write('access.log', `${header}${combinedLine(0).repeat(3)}${combinedLines(5, 9)}`)
    expect((await run()).inserted).toBe(4)
    expect((await run()).records).toEqual([])
    expect(stored()).toBe(9)
  })

  it('keeps keys over installations, names and compression', async () => {
    await fixture.write('access.log', combinedLines(0, 3))
    await run()
    const other = await anotherFixture()
    await other.write('elsewhere/old.gz', gzipSync(combinedLines(0, 3)))
    await other.run({ paths: ['elsewhere'] })
    expect([...other.store.snapshot('requests')]).toEqual([...fixture.store.snapshot('requests')])
  })

  it('reports when there are more logs than it can follow, and since helps', async () => {
    for (let i = 0; i < 300; i++) {
      await fixture.write(`many/${i}.log`, combinedLine(i))
      await utimes(path.join(fixture.root, `many/${i}.log`), 0, i < 100 ? 1_800_000_000 : 1_000_000_000)
    }
    await expect(fixture.run({ paths: ['many'] })).rejects.toMatchObject({ reason: 'VALIDATION_FAILED', field: 'config.paths' })
    expect((await fixture.run({ paths: ['many'], since: '2026-01-01T00:00:00Z' })).records).toHaveLength(100)
  })
})

describe('what is read', () => {
  it('filters by status, method, endpoint and time', async () => {
    await fixture.write(
      'access.log',
      [combinedLine(0), combinedLine(1, '/health', 200), combinedLine(2, '/api/v1/x', 404), combinedLine(3, '/api/v2/x', 503)].join(''),
    )
    expect(numbers(await run({ status: ['4xx', '500-599'] }))).toEqual([2, 3])
    const fresh = async (config: object) => {
      const other = await anotherFixture()
      await other.write('access.log', combinedLines(0, 4) + combinedLine(4, '/health'))
      return numbers(await other.run({ paths: ['access.log'], ...config }))
    }
    expect(await fresh({ endpoints: ['/api/v1/*'], excludeEndpoints: ['*/2'] })).toEqual([0, 1, 3])
    expect(await fresh({ methods: ['post'] })).toEqual([])
    expect(await fresh({ since: '2026-01-01T01:00:01+01:00', until: '2026-01-01T00:00:03Z' })).toEqual([1, 2])
  })

  it('rejects lines that cannot be read with their number, and continues', async () => {
    await fixture.write('access.log', `${combinedLine(0)}nonsense\n\n${combinedLine(1)}`)
    const first = await run()
    expect(numbers(first)).toEqual([0, 1])
    expect(first.rejected).toMatchObject([{ reason: 'RECORD_INVALID', message: 'access.log: line 2 does not fit the format', raw: 'nonsense' }])
    await appendFile(log, `${'x'.repeat(500_000)}\nworse\n${combinedLine(2)}${'y'.repeat(400_000)}`)
    const second = await run()
    expect(numbers(second)).toEqual([2])
    expect(second.rejected.map(({ reason, message }) => [reason, /line \d+/.exec(message)?.[0]])).toEqual([
      ['RECORD_TOO_LARGE', 'line 5'],
      ['RECORD_INVALID', 'line 6'],
    ])
    await appendFile(log, `\n${combinedLine(3)}`)
    const third = await run()
    expect(numbers(third)).toEqual([3])
    expect(third.rejected).toMatchObject([{ reason: 'RECORD_TOO_LARGE', message: expect.stringContaining('line 8') }])
  })

  it('reads text beyond ASCII, damaged text, NULs and CRLF', async () => {
    await fixture.write(
      'access.log',
      Buffer.concat([
        Buffer.from('\0\0\0'),
        Buffer.from(combinedLine(0, '/ä').replace('\n', '\r\n')),
        Buffer.from(combinedLine(1, '/\u00ff\0'), 'latin1'),
        Buffer.from('{"status":200,"path":"/\\ud800\\u0000"}\n'),
      ]),
    )
    expect((await run()).records.map((record) => (record.data['context'] as { path: string }).path)).toEqual(['/ä', '/\ufffd\ufffd', '/\ufffd\ufffd'])
  })

  it('reports a broken archive once and reads the others', async () => {
    const whole = gzipSync(combinedLines(0, 3000))
    await fixture.write('access.log.2.gz', whole.subarray(0, whole.length - 500))
    await fixture.write('access.log.3.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]))
    await fixture.write('access.log', combinedLines(5000, 5002))
    const early = await run()
    expect(early.rejected.map(({ reason }) => reason)).toEqual(['CONTENT_MISMATCH'])
    await utimes(`${log}.2.gz`, 0, 0)
    expect((await run()).rejected.map(({ reason }) => reason)).toEqual(['FILE_UNREADABLE'])
    expect((await run()).rejected).toEqual([])
    await fixture.write('access.log.2.gz', whole)
    await run()
    expect(stored()).toBe(3002)
  })

  it('checks folders, files and the format', async () => {
    await expect(fixture.check({ paths: ['access.log'] })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
    await expect(fixture.check({ paths: ['/etc/passwd'] })).rejects.toMatchObject({ reason: 'PATH_NOT_ALLOWED' })
    await fixture.write('access.log', 'nonsense\nmore\n')
    await expect(fixture.check({ paths: ['access.log'] })).rejects.toMatchObject({ reason: 'CONTENT_MISMATCH', field: 'config.format' })
    await fixture.write('access.log', combinedLine(1))
    await fixture.check({ paths: ['*.log'], status: ['5xx'] })
  })

  it.each([
    [{ status: ['4x'] }, 'config.status.0'],
    [{ pattern: 'none' }, 'config.pattern'],
    [{ pattern: '$a$b' }, 'config.pattern'],
    [{ pattern: '$status', format: 'json' }, 'config.format'],
    [{ since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }, 'config.until'],
    [{ paths: ['../x'] }, 'config.paths.0'],
  ])('refuses %j', (config, field) => expect(run(config)).rejects.toMatchObject({ field }))
})
