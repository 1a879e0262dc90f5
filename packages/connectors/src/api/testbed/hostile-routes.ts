import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { HostileCase } from '@inlet/connector-sdk/testing'

type Route = (response: ServerResponse, request: IncomingMessage) => void

const json = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const trickle = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10000' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}
const endless = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  }
  response.on('drain', more)
  more()
}

/** What a bad server answers, by path. */
export const HOSTILE_ROUTES: Readonly<Record<string, Route>> = {
  '/limit-seconds': (response) => json(response, {}, 429, { 'retry-after': '3600' }),
  '/limit-date': (response) => json(response, {}, 429, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
  '/limit-absurd': (response) => json(response, {}, 429, { 'retry-after': '99999999999' }),
  '/limit-text': (response) => json(response, {}, 429, { 'retry-after': 'later' }),
  '/error': (response) => json(response, {}, 500),
  '/login': (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>'),
  '/truncated': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('[{"id":1}', () => response.destroy())
  },
  '/endless': endless,
  '/slow': trickle,
  '/bomb': (response) =>
    void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000, 32))),
  '/next-is-itself': (response) => json(response, { data: [{ id: 1 }], next: '/next-is-itself' }),
  '/next-leaves': (response) => json(response, { data: [{ id: 1 }], next: 'http://169.254.169.254/' }),
  '/redirect-private': (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  '/redirect-loop': (response) => void response.writeHead(302, { location: '/redirect-loop' }).end(),
  '/missing': (response) => json(response, {}, 404),
  '/no-list': (response) => json(response, { error: 'maintenance' }),
  '/object': (response) => json(response, { data: { id: 1 } }),
  '/no-key': (response) => json(response, { data: [{ name: 'x' }] }),
  '/nul-key': (response) => json(response, { data: [{ id: 'a\u0000b' }] }),
  '/future': (response) => json(response, { data: [{ id: 1, updatedAt: '9999-12-31T00:00:00Z' }] }),
  '/deep': (response) => void response.writeHead(200).end(`{"data":[{"id":1,"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}`),
}

/** One case for each route. */
export const hostileCases = (url: string): readonly HostileCase[] => {
  const of = (path: string, expectReason: HostileCase['expectReason'], stream: object = {}, rejected = false): HostileCase => ({
    name: path,
    expectReason,
    ...(rejected && { rejected }),
    config: {
      url,
      retries: 0,
      // Only what is slow on purpose may run into the limit: the machine may be slow too.
      timeoutMs: expectReason === 'TIMEOUT' ? 1_000 : 20_000,
      maxBytes: 1_000_000,
      streams: [{ name: 'items', path, recordsPath: 'data', keyFields: ['id'], ...stream }],
    },
  })
  const nextUrl = { pagination: { kind: 'nextUrl', path: 'next' } }
  return [
    of('/limit-seconds', 'RATE_LIMITED'),
    of('/limit-date', 'RATE_LIMITED'),
    of('/limit-absurd', 'RATE_LIMITED'),
    of('/limit-text', 'RATE_LIMITED'),
    of('/error', 'UPSTREAM_ERROR'),
    of('/login', 'CONTENT_MISMATCH'),
    of('/truncated', 'CONNECTION_LOST'),
    of('/endless', 'RESPONSE_TOO_LARGE'),
    of('/slow', 'TIMEOUT'),
    of('/bomb', 'RESPONSE_TOO_LARGE'),
    of('/next-is-itself', 'PAGINATION_LOOP', nextUrl),
    of('/next-leaves', 'UPSTREAM_INVALID', nextUrl),
    of('/redirect-private', 'EGRESS_BLOCKED'),
    of('/redirect-loop', 'TOO_MANY_REDIRECTS'),
    of('/no-list', 'RECORDS_PATH_NOT_FOUND'),
    of('/object', 'RECORDS_PATH_NOT_FOUND'),
    of('/missing', 'NOT_FOUND_UPSTREAM'),
    of('/no-key', 'RECORD_KEY_MISSING', {}, true),
    of('/nul-key', 'TEXT_NOT_STORABLE', {}, true),
    of('/future', 'CURSOR_IN_FUTURE', { incremental: { kind: 'field', cursorField: 'updatedAt' } }, true),
    of('/deep', 'RECORD_INVALID', {}, true),
  ]
}
