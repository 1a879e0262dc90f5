import { connectors } from '@inlet/connectors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ connectors })
})
afterAll(() => api.close())

const stream = { name: 's', path: '/', keyFields: ['id'] }
/** Settings of each connector around one of its addresses. */
const URLS: Readonly<Record<string, (url: string) => { connector: string; config: object; secrets?: object }>> = {
  'api.url': (url) => ({ connector: 'api', config: { url, streams: [stream] } }),
  'api.auth.tokenUrl': (tokenUrl) => ({
    connector: 'api',
    config: { url: 'https://a.example', auth: { kind: 'oauth2ClientCredentials', tokenUrl, clientId: 'c' }, streams: [stream] },
    secrets: { clientSecret: 's' },
  }),
  's3.endpoint': (endpoint) => ({ connector: 's3', config: { bucket: 'reports', endpoint } }),
  'azure_blob.endpoint': (endpoint) => ({ connector: 'azure_blob', config: { container: 'reports', endpoint } }),
  'web.startUrls': (url) => ({ connector: 'web', config: { startUrls: [url] } }),
  'web.sitemap': (url) => ({ connector: 'web', config: { startUrls: ['https://a.example'], sitemap: [url] } }),
  'rss.feeds': (url) => ({ connector: 'rss', config: { feeds: [url] } }),
  'github.baseUrl': (baseUrl) => ({ connector: 'github', config: { baseUrl, repositories: ['a/b'] } }),
  'slack.baseUrl': (baseUrl) => ({ connector: 'slack', config: { baseUrl, channels: ['*'] }, secrets: { token: 'xoxb-1' } }),
  'git.url': (url) => ({ connector: 'git', config: { url } }),
}
const BAD_URLS = [
  'https://user:hunter2@store.example',
  'https://@store.example',
  'https://store.example\r\nX: y',
  'https://store\t.example',
  'https://store.example ',
  'https://a..b',
  'https://xn--a.example',
  `https://${'a'.repeat(64)}.example`,
  'https://store.example;x',
  'http://168.63.129.16/',
  'http://[4000::1]/',
]
const HOSTS: Readonly<Record<string, (host: string) => { connector: string; config: object }>> = {
  'postgres.host': (host) => ({ connector: 'postgres', config: { host, database: 'd', user: 'u' } }),
  'mysql.host': (host) => ({ connector: 'mysql', config: { host, database: 'd', user: 'u', tls: { serverName: 'db.example' } } }),
  'postgres.serverName': (serverName) => ({ connector: 'postgres', config: { host: 'db.example', database: 'd', user: 'u', tls: { serverName } } }),
  'kafka.brokers': (host) => ({ connector: 'kafka', config: { brokers: [`${host}:9092`], topics: ['t'] } }),
}
const BAD_HOSTS = [
  'a..b',
  'xn--a.example',
  `${'a'.repeat(64)}.example`,
  'user:hunter2@db',
  'db.example\r\n',
  'db\t.example',
  'db.example;x',
  'https://db.example',
]

const REFUSED = [422, false]

/** Tries to save a source; the address may be neither stored nor quoted. */
const save = async (source: object): Promise<readonly [status: number, quotes: boolean]> => {
  const answer = await api.post('/v1/sources', newSource({ name: crypto.randomUUID(), ...source }))
  return [answer.status, answer.text.includes('hunter2')]
}

describe.each(Object.entries(URLS))('%s', (_field, source) => {
  it.each(BAD_URLS)('%j is refused', async (url) => expect(await save(source(url))).toEqual(REFUSED))
})
describe.each(Object.entries(HOSTS))('%s', (_field, source) => {
  it.each(BAD_HOSTS)('%j is refused', async (host) => expect(await save(source(host))).toEqual(REFUSED))
})

const HEADERS: Readonly<Record<string, (headers: object) => { connector: string; config: object; secrets?: object }>> = {
  'api.headers': (headers) => ({ connector: 'api', config: { url: 'https://a.example', headers, streams: [stream] } }),
  'api.streams.headers': (headers) => ({ connector: 'api', config: { url: 'https://a.example', streams: [{ ...stream, headers }] } }),
  'api.secrets.headers': (headers) => ({ connector: 'api', config: { url: 'https://a.example', streams: [stream] }, secrets: { headers } }),
  'web.headers': (headers) => ({ connector: 'web', config: { startUrls: ['https://a.example'], headers } }),
  'web.secrets.headers': (headers) => ({ connector: 'web', config: { startUrls: ['https://a.example'] }, secrets: { headers } }),
  'rss.headers': (headers) => ({ connector: 'rss', config: { feeds: ['https://a.example'], headers } }),
  'rss.secrets.headers': (headers) => ({ connector: 'rss', config: { feeds: ['https://a.example'] }, secrets: { headers } }),
}
describe.each(Object.entries(HEADERS))('%s', (_field, source) => {
  it.each([
    { Host: 'x' },
    { 'transfer-encoding': 'chunked' },
    { 'Metadata-Flavor': 'Google' },
    { 'X-aws-ec2-metadata-token': 't' },
    { 'X-HTTP-Method-Override': 'DELETE' },
    { 'X-A': 'hunter2\r\nHost: evil' },
    { 'X-A': 'hunter2\n' },
    { 'X A': 'x' },
    { 'X-A\r\nHost': 'x' },
  ])('%j is refused', async (headers) => expect(await save(source(headers))).toEqual(REFUSED))
})

it.each([
  [{ kind: 'apiKey', name: 'Host' }, { apiKey: 'k' }],
  [{ kind: 'apiKey', name: 'a b' }, { apiKey: 'k' }],
  [{ kind: 'apiKey' }, { apiKey: 'hunter2\r\nX: y' }],
  [{ kind: 'apiKey', prefix: 'Token\r\n' }, { apiKey: 'k' }],
  [{ kind: 'bearer' }, { token: 'hunter2\n' }],
  [{ kind: 'hmac', header: 'Transfer-Encoding' }, { hmacSecret: 's' }],
  [{ kind: 'hmac', keyIdHeader: 'X-Key', keyId: 'a\r\nb' }, { hmacSecret: 's' }],
])('auth %j is refused', async (auth, secrets) => {
  const source = { connector: 'api', config: { url: 'https://a.example', auth, streams: [stream] }, secrets }
  expect(await save(source)).toEqual(REFUSED)
})
