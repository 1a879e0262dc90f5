import { describe, expect, it } from 'vitest'
import { configSchema } from '../config.js'
import type { ParsedLine } from './access.js'
import { compilePattern } from './compile-pattern.js'
import { createLineParser } from './create-line-parser.js'
import { parseLogTime } from './log-time.js'

const parse = (line: string | object, config: object = {}): ParsedLine =>
  createLineParser(configSchema.parse({ paths: ['x'], ...config }))(typeof line === 'string' ? line : JSON.stringify(line))

describe('text formats', () => {
  it('reads the Combined Log Format', () => {
    expect(
      parse('127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?a=1 HTTP/1.0" 200 2326 "http://e.com/s" "Mozilla/4.08 [en] (Win98)"'),
    ).toMatchObject({
      time: '2000-10-10T20:55:36.000Z',
      method: 'GET',
      target: '/apache_pb.gif?a=1',
      path: '/apache_pb.gif',
      query: 'a=1',
      protocol: 'HTTP/1.0',
      status: 200,
      bytes: 2326,
      remoteAddress: '127.0.0.1',
      remoteUser: 'frank',
      referrer: 'http://e.com/s',
      userAgent: 'Mozilla/4.08 [en] (Win98)',
    })
  })

  it('reads the Common Log Format, users with spaces, IPv6, no size', () => {
    expect(parse('::1 - john doe [10/Oct/2000:13:55:36 +0530] "POST / HTTP/2.0" 204 -')).toMatchObject({
      time: '2000-10-10T08:25:36.000Z',
      remoteUser: 'john doe',
      status: 204,
      bytes: undefined,
      userAgent: undefined,
    })
  })

  it.each([
    [String.raw`"GET /a\"b HTTP/1.1"`, '/a"b'],
    [String.raw`"GET /a\x22b HTTP/1.1"`, '/a"b'],
    [String.raw`"GET /a\\ HTTP/1.1"`, '/a\\'],
    [String.raw`"GET /\xc3\xa4 HTTP/1.1"`, '/ä'],
    ['"GET /with space HTTP/1.1"', '/with space'],
    [String.raw`"\x16\x03\x01"`, '\u0016\u0003\u0001'],
    ['"GET http://e.com/p?q HTTP/1.1"', '/p?q'],
    ['"OPTIONS * HTTP/1.1"', '*'],
    ['"-"', undefined],
  ])('reads the request %s', (request, target) => {
    expect(parse(`h - - [10/Oct/2000:13:55:36 +0000] ${request} 400 0 "-" "-"`)).toMatchObject({ target, status: 400 })
  })

  it('refuses what does not fit', () => {
    expect(parse('nonsense')).toBe('does not fit the format')
    expect(parse('h - - [99/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1')).toBe('has a time that cannot be read')
  })

  it('reads a pattern as nginx writes it and keeps unknown variables', () => {
    const pattern = '$remote_addr [$time_iso8601] "$request" $status rt=$request_time ua="$http_user_agent" up=${upstream_addr} $host'
    expect(
      parse('1.2.3.4 [2026-01-02T03:04:05+00:00] "GET / HTTP/1.1" 502 rt=0.012 ua="a b" up=10.0.0.1:80, 10.0.0.2:80 e.com', { pattern }),
    ).toMatchObject({ status: 502, durationMs: 12, userAgent: 'a b', host: 'e.com' })
    expect(parse('GET|/x|7', { pattern: '$method|$uri|$request_time_ms' })).toMatchObject({ method: 'GET', path: '/x', durationMs: 7 })
    expect(parse('GET /x 200 abc', { pattern: '$method $uri $status $request_id' })).toMatchObject({ extra: { request_id: 'abc' } })
  })

  it('takes time in proportion to the line, whatever it contains', () => {
    const pattern = compilePattern('"$a" "$b" "$c" "$d"', { open: false })
    expect(pattern.scan('"'.repeat(1_000_000))).toBeNull()
    expect(pattern.scan(`"${'\\'.repeat(1_000_000)}`)).toBeNull()
    expect(() => compilePattern('$a$b', { open: false })).toThrow(RangeError)
  })
})

describe('JSON lines', () => {
  it('reads lines of different shapes in turn with the same parser', () => {
    const parseLine = createLineParser(configSchema.parse({ paths: ['x'], format: 'json' }))
    const nginx = { status: 200, request_uri: '/a', remote_addr: '1.2.3.4' }
    // As many members, but others; the same in another order; more; none.
    const shapes = [nginx, { status: 404, uri: '/b', client_ip: '5.6.7.8' }, { request_uri: '/c', status: 500 }, { ...nginx, host: 'h' }, {}, nginx]
    const seen = shapes.map((shape) => parseLine(JSON.stringify(shape)))
    expect(seen).toEqual(shapes.map((shape) => parse(shape, { format: 'json' })))
    expect(new Set(seen.map((line) => JSON.stringify(line))).size).toBe(5)
  })

  it('recognizes the names of nginx, Caddy, Traefik, Envoy, Google, AWS and ECS', () => {
    const wanted = { method: 'GET', path: '/a', status: 200, remoteAddress: '1.2.3.4', time: '2026-01-02T03:04:05.000Z', durationMs: 250 }
    const at = '2026-01-02T03:04:05Z'
    const lines = [
      { time_iso8601: at, remote_addr: '1.2.3.4', request: 'GET /a HTTP/1.1', status: '200', request_time: '0.250' },
      { ts: 1767323045, request: { remote_ip: '1.2.3.4', method: 'GET', uri: '/a', headers: { 'User-Agent': ['x'] } }, status: 200, duration: 0.25 },
      { StartUTC: at, ClientHost: '1.2.3.4', RequestMethod: 'GET', RequestPath: '/a', DownstreamStatus: 200, Duration: 250_000_000 },
      { start_time: at, downstream_remote_address: '1.2.3.4', method: 'GET', path: '/a', response_code: 200, duration: 250 },
      { timestamp: at, httpRequest: { remoteIp: '1.2.3.4', requestMethod: 'GET', requestUrl: 'https://e.com/a', status: 200, latency: '0.25s' } },
      { time: at, client_ip: '1.2.3.4', request_verb: 'GET', request_url: 'http://e.com/a', elb_status_code: 200, target_processing_time: 0.25 },
      {
        '@timestamp': at,
        'source.ip': '1.2.3.4',
        http: { request: { method: 'GET' }, response: { status_code: 200 } },
        url: { path: '/a' },
        event: { duration: 250_000_000 },
      },
    ]
    for (const line of lines) expect(parse(line)).toMatchObject(wanted)
  })

  it('uses the configured fields, and keeps additional ones exactly', () => {
    const config = { format: 'json', fields: { status: 'res.code', time: 'when' }, extraFields: ['trace.id', 'big'] }
    expect(parse('{"when":"2026-01-02 03:04:05","res":{"code":404},"trace":{"id":"t"},"big":12345678901234567890}', config)).toMatchObject({
      status: 404,
      time: '2026-01-02T03:04:05.000Z',
      extra: { 'trace.id': 't', big: 12345678901234567890n },
    })
  })

  it('refuses what is no request', () => {
    expect(parse('{"level":"info","msg":"started"}')).toBe('names neither a request nor a status')
    expect(parse('{"status":', { format: 'json' })).toBe('is not a JSON object')
    expect(parse('[1]', { format: 'json' })).toBe('is not a JSON object')
  })
})

it.each([
  ['1767323045', '2026-01-02T03:04:05.000Z'],
  ['1767323045.123', '2026-01-02T03:04:05.123Z'],
  ['1767323045123', '2026-01-02T03:04:05.123Z'],
  ['1767323045123456789', '2026-01-02T03:04:05.123Z'],
  ['2026-01-02T03:04:05.5+01:00', '2026-01-02T02:04:05.500Z'],
  ['02/Jan/2026:03:04:05 -0030', '2026-01-02T03:34:05.000Z'],
  ['yesterday', undefined],
  ['2026-13-45T00:00:00Z', undefined],
])('reads the time %s', (text, iso) => expect(parseLogTime(text)).toBe(iso))
