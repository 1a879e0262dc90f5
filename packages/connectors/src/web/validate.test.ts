import { expect, it } from 'vitest'
import { siteSecrets } from '../site/site-access.js'
import { validateWeb, webConfig } from './config.js'

const validate = (config: object, secrets: object = {}): void =>
  validateWeb(webConfig.parse({ startUrls: ['https://e.com/'], ...config }), siteSecrets.parse(secrets))

it.each<[object, object, string, string]>([
  [{ startUrls: ['no url'] }, {}, 'INVALID_URL', 'config.startUrls.0'],
  [{ startUrls: ['https://e.com/', 'ftp://e.com/'] }, {}, 'URL_SCHEME_NOT_ALLOWED', 'config.startUrls.1'],
  [{ startUrls: ['https://u:p@e.com/'] }, {}, 'URL_CREDENTIALS_NOT_ALLOWED', 'config.startUrls.0'],
  [{ sitemap: ['file:///etc/passwd'] }, {}, 'URL_SCHEME_NOT_ALLOWED', 'config.sitemap.0'],
  [{ headers: { Authorization: 'x' } }, {}, 'VALIDATION_FAILED', 'config.headers.Authorization'],
  [{ headers: { Host: 'x' } }, {}, 'VALIDATION_FAILED', 'config.headers.Host'],
  [{ headers: { 'a b': 'x' } }, {}, 'VALIDATION_FAILED', 'config.headers.a b'],
  [{ headers: { 'X-A': 'a\r\nb: c' } }, {}, 'VALIDATION_FAILED', 'config.headers.X-A'],
  [{}, { password: 'x' }, 'VALIDATION_FAILED', 'secrets.username'],
  [{}, { username: 'a:b', password: 'x' }, 'VALIDATION_FAILED', 'secrets.username'],
  [{}, { username: 'a', bearerToken: 'x' }, 'VALIDATION_FAILED', 'secrets.bearerToken'],
  [{}, { cookie: 'a\nb' }, 'VALIDATION_FAILED', 'secrets.cookie'],
])('refuses %j with %j', (config, secrets, reason, field) => {
  expect(() => validate(config, secrets)).toThrow(expect.objectContaining({ reason, field }))
})

it('accepts a common configuration', () => {
  expect(() =>
    validate({ include: ['/docs/**'], headers: { 'Accept-Language': 'de' } }, { username: 'a', password: 'b', cookie: 'c=d' }),
  ).not.toThrow()
})
