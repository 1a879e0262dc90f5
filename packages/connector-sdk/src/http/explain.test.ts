import { afterEach, describe, expect, it } from 'vitest'
import { createHttpFixture, end, failureOf } from '../testing/http/http-fixture.js'
import { createAuth } from './auth/create-auth.js'
import { readHttpFailure } from './to-http-failure.js'

const now = () => new Date('2026-11-21T12:00:00Z')

describe.each(['axios', 'node'] as const)('what a refusal says, over %s', (transport) => {
  const { open, serve, close } = createHttpFixture(transport)
  afterEach(close)

  it('is part of the failure', async () => {
    const { url } = await serve(end('{"error":{"message":"The trial ended yesterday"}}', { 'content-type': 'application/json' }, 403))
    const failure = await readHttpFailure(await open().request({ url }), now())
    expect(failure).toMatchObject({ reason: 'PERMISSION_DENIED', message: `${url}/ answered with status 403: The trial ended yesterday` })
  })
  it('is part of the failure of an answer that is not JSON', async () => {
    const { url } = await serve(end('<html><title>Sign in</title>', { 'content-type': 'text/html' }))
    const failure = await failureOf((await open().request({ url })).json())
    expect(failure.message).toMatch(/is not JSON \(Content-Type: text\/html\); it says: Sign in$/)
  })
  it('repeats nothing that was sent to authenticate, in whatever part of the request', async () => {
    const { url } = await serve((request, response) => {
      const basic = Buffer.from(String(request.headers.authorization).slice(6), 'base64')
      let form = ''
      request.on('data', (chunk) => (form += String(chunk)))
      request.on('end', () =>
        response
          .writeHead(401)
          .end(JSON.stringify({ message: [request.url, request.headers['x-key'], request.headers.authorization, basic, form].join(' ') })),
      )
    })
    const answer = await open().request({
      url: `${url}/T0AB12CD34/list?key=s3cretquery&since=2026-01-01`,
      method: 'POST',
      headers: {
        'x-key': 's3cretheader',
        authorization: `Basic ${Buffer.from('alice:s3cretbasic').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'client_secret=s3cret%20form',
    })
    const said = await answer.explain()
    expect(said).toContain('[redacted]')
    expect(said).toContain('since=2026-01-01')
    expect(said).not.toMatch(/s3cret|T0AB12CD34|YWxpY2U6/)
  })
  it('removes what else is known to be secret', async () => {
    const { url } = await serve(end('the key 4711-0815 is locked', {}, 403))
    const client = open({ redact: (text) => text.replaceAll('4711-0815', '***') })
    expect(await (await client.request({ url })).explain()).toBe('the key *** is locked')
  })
  it('takes the start of a body that does not end, and releases it', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(500)
      // Not at once: where the connection is gone, some versions of Node call back before anything else can happen.
      const more = () => response.destroyed || response.write('too much to say '.repeat(4096), () => setImmediate(more))
      more()
    })
    expect(await (await open().request({ url })).explain()).toMatch(/^too much to say/)
  })
  it('is empty when nothing comes, or the body was read', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(500).flushHeaders()
    })
    expect(await (await open().request({ url, timeoutMs: 50 })).explain()).toBe('')
    const { url: other } = await serve(end('read already', {}, 500))
    const answer = await open().request({ url: other })
    await answer.text()
    expect(await answer.explain()).toBe('')
    answer.discard()
  })
  it('is part of refusals of a token endpoint', async () => {
    const { url } = await serve(end('{"error":"invalid_client","error_description":"The secret topsecret1 expired on 2026-11-01"}', {}, 401))
    const auth = createAuth({
      spec: { kind: 'oauth2ClientCredentials', tokenUrl: `${url}/token`, clientId: 'inlet', clientAuth: 'body', params: {} } as never,
      secrets: { clientSecret: 'topsecret1' },
      http: open(),
      now,
      origin: url,
    })
    const failure = await failureOf(auth.send({ url }))
    expect(failure).toMatchObject({
      reason: 'AUTH_FAILED',
      message: 'the token endpoint refused the credentials: invalid_client (The secret [redacted] expired on 2026-11-01)',
    })
  })
})
