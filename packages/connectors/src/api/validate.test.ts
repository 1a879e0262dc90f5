import type { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { configSchema, secretSchema } from './config.js'
import { validateApi } from './validate.js'

const stream = { name: 'items', path: '/items', keyFields: ['id'] }
const fieldOf = (config: object, secrets: object = {}): string | undefined => {
  try {
    validateApi(configSchema.parse({ url: 'https://api.test/v1', streams: [stream], ...config }), secretSchema.parse(secrets))
    return 'fine'
  } catch (error) {
    return (error as Failure).field
  }
}
const ofStream = (over: object, more: object[] = []) => fieldOf({ streams: [{ ...stream, ...over }, ...more] })

describe('settings that cannot work', () => {
  it.each([
    [fieldOf({}), 'fine'],
    [fieldOf({ url: 'api.test' }), 'config.url'],
    [fieldOf({ auth: { kind: 'bearer' } }), 'secrets.token'],
    [fieldOf({ auth: { kind: 'bearer' } }, { token: 't' }), 'fine'],
    [fieldOf({ headers: { Authorization: 'Bearer x' } }), 'config.headers.Authorization'],
    [fieldOf({ headers: { 'X-Api-Key': 'x' } }), 'config.headers.X-Api-Key'],
    [fieldOf({ query: { api_key: 'x' } }), 'config.query.api_key'],
    [fieldOf({ streams: [stream, stream] }), 'config.streams.1.name'],
    [ofStream({ path: 'https://evil.test/' }), 'config.streams.0.path'],
    [ofStream({ path: '/../admin' }), 'config.streams.0.path'],
    [ofStream({ path: '/%2e%2e/admin' }), 'config.streams.0.path'],
    [ofStream({ path: '//evil.test/' }), 'fine'],
    [ofStream({ path: '/x/{parent.id}' }), 'config.streams.0.path'],
    [ofStream({ parent: { stream: 'nobody' } }), 'config.streams.0.parent.stream'],
    [ofStream({ parent: { stream: 'items' } }), 'config.streams.0.parent'],
    [ofStream({ path: '/p/{parent.id}/x', parent: { stream: 'p' } }, [{ ...stream, name: 'p' }]), 'fine'],
    [ofStream({ path: '/p/{parent.parent.id}/x', parent: { stream: 'p' } }, [{ ...stream, name: 'p' }]), 'config.streams.0.path'],
    [ofStream({ body: { a: 1 } }), 'config.streams.0.body'],
    [ofStream({ pagination: { kind: 'cursor' } }), 'config.streams.0.pagination'],
    [ofStream({ pagination: { kind: 'cursor', tokenPath: 'a', tokenHeader: 'b' } }), 'config.streams.0.pagination'],
    [ofStream({ pagination: { kind: 'cursor', tokenPath: 'a', in: 'body' } }), 'config.streams.0.pagination.in'],
    [ofStream({ deletes: 'events' }), 'config.streams.0.deletedField'],
    [ofStream({ deletes: 'sweep', incremental: { kind: 'since', param: 's' } }), 'config.streams.0.deletes'],
    [ofStream({ incremental: { kind: 'pageToken' } }), 'config.streams.0.incremental'],
    [ofStream({ incremental: { kind: 'since', param: 's', start: 'yesterday' } }), 'config.streams.0.incremental.start'],
    [ofStream({ incremental: { kind: 'field', cursorField: 'n', format: 'asIs', start: '17' } }), 'fine'],
    [ofStream({ incremental: { kind: 'field', cursorField: 't', format: 'epochSeconds', start: '2026-01-01' } }), 'fine'],
  ])('case %#: %s is %s', (found, expected) => {
    expect(found).toBe(expected)
  })
  it.each([
    { streams: [] },
    { streams: [{ ...stream, keyFields: [] }] },
    { streams: [{ ...stream, name: 'a b' }] },
    { unknown: 1 },
    { requestsPerMinute: 0 },
  ])('the schema refuses %j', (config) => {
    expect(configSchema.safeParse({ url: 'https://api.test', streams: [stream], ...config }).success).toBe(false)
  })
})
