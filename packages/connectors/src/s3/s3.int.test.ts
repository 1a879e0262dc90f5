import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findCounterpart } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFront } from '../blobs/fixtures/front.js'
import { checkBlobSource, runBlobs } from '../blobs/fixtures/run-blobs.js'
import { freePort, type ScriptServer } from '../blobs/fixtures/start-script.js'
import { createBucket, KEYS, startS3rver } from './fixtures/s3rver.js'
import s3 from './index.js'

const installed = findCounterpart('s3rver') !== null
const error = (code: string) => `<Error><Code>${code}</Code><Message>the string that was signed</Message><Region>eu-west-3</Region></Error>`

describe.skipIf(!installed)(`s3 against s3rver${installed ? '' : ' (not installed: npm run counterparts)'}`, () => {
  let server: ScriptServer
  let allow: readonly string[]
  beforeAll(async () => {
    server = await startS3rver()
    allow = [`127.0.0.1:${server.port}`]
  })
  afterAll(() => server?.close())

  it('continues over pages of the list and requests nothing else of an unchanged bucket', async () => {
    const bucket = await createBucket(server)
    await Promise.all(Array.from({ length: 12 }, (_, i) => bucket.put(`many/${String(i).padStart(4, '0')}.txt`, 'x')))
    await bucket.put('other.txt', 'x')
    const front = await openFront(server.port, undefined, { pageOf: 5 })
    const source = { config: { ...bucket.at(front.url), prefix: 'many/' }, secrets: KEYS, allow: [`127.0.0.1:${front.port}`] }
    const { store } = await runBlobs(s3, source)
    expect(store.snapshot('documents').size).toBe(12)
    front.seen.length = 0
    expect(await runBlobs(s3, source, store)).toMatchObject({ emitted: 0, deleted: 0 })
    await front.close()
    // Three streams, three pages each.
    expect(front.seen).toHaveLength(9)
    expect(front.seen.every((request) => request.includes('list-type=2'))).toBe(true)
  })

  it('signs, unless the bucket is public', async () => {
    const bucket = await createBucket(server)
    const seen: (string | undefined)[] = []
    const front = await openFront(server.port, (request) => {
      seen.push(request.headers.authorization)
      return false
    })
    const source = { config: { ...bucket.at(front.url), region: 'eu-west-1' }, allow: [`127.0.0.1:${front.port}`] }
    await checkBlobSource(s3, { ...source, secrets: KEYS })
    await checkBlobSource(s3, source)
    await front.close()
    expect(seen).toEqual([expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/eu-west-1\/s3\/aws4_request,/), undefined])
  })

  it('reports a missing bucket and an unknown key', async () => {
    const bucket = await createBucket(server)
    const missing = checkBlobSource(s3, { config: { bucket: 'none-such', endpoint: server.url }, secrets: KEYS, allow })
    await expect(missing).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
    const unknown = checkBlobSource(s3, { config: bucket.config, secrets: { ...KEYS, accessKeyId: 'NOBODY' }, allow })
    await expect(unknown).rejects.toMatchObject({ reason: 'AUTH_FAILED' })
  })

  it.each([
    ['SignatureDoesNotMatch', 403, 'AUTH_FAILED', ''],
    ['AccessDenied', 403, 'PERMISSION_DENIED', ''],
    ['AuthorizationHeaderMalformed', 400, 'VALIDATION_FAILED', 'eu-west-3'],
    ['PermanentRedirect', 301, 'VALIDATION_FAILED', 'eu-west-3'],
    ['SlowDown', 503, 'RATE_LIMITED', ''],
  ])('understands %s', async (code, status, reason, said) => {
    const front = await openFront(server.port, (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/xml' }).end(error(code))
      return true
    })
    const failing = checkBlobSource(s3, { config: { bucket: 'any-bucket', endpoint: front.url }, secrets: KEYS, allow: [`127.0.0.1:${front.port}`] })
    await expect(failing).rejects.toMatchObject({ reason, message: expect.stringContaining(said) })
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('signed') })
    await front.close()
  })

  it('notices an object that changes while it is read, even if the store does not', async () => {
    const bucket = await createBucket(server)
    await bucket.put('a.csv', `id\n${`${'x'.repeat(100_000)}\n`.repeat(90)}`)
    let reads = 0
    const front = await openFront(server.port, (request, response) => {
      const isSecondPart = request.url?.includes('a.csv') === true && ++reads === 2
      if (isSecondPart) response.writeHead(206, { etag: '"another"' }).end('x')
      return isSecondPart
    })
    const source = { config: bucket.at(front.url), secrets: KEYS, allow: [`127.0.0.1:${front.port}`] }
    const { store, rejected } = await runBlobs(s3, source)
    expect(rejected).toEqual([])
    expect(store.snapshot('rows').size).toBeLessThan(90)
    await runBlobs(s3, source, store)
    await front.close()
    expect(store.snapshot('rows').size).toBe(90)
  })

  it('retries when a single request fails', async () => {
    const bucket = await createBucket(server)
    await bucket.put('a.csv', 'id\n1\n')
    let failures = 2
    const front = await openFront(server.port, (_request, response) => {
      if (failures-- <= 0) return false
      response.writeHead(500).end(error('InternalError'))
      return true
    })
    const { store } = await runBlobs(s3, { config: bucket.at(front.url), secrets: KEYS, allow: [`127.0.0.1:${front.port}`] })
    await front.close()
    expect(store.snapshot('rows').size).toBe(1)
  })

  it('quarantines the object it may not read, and reads the others', async () => {
    const bucket = await createBucket(server)
    await bucket.put('a.csv', 'id\n1\n')
    await bucket.put('secret.csv', 'id\n1\n')
    const front = await openFront(server.port, (request, response) => {
      if (request.url?.includes('secret') !== true) return false
      response.writeHead(403).end(error('AccessDenied'))
      return true
    })
    const { store, rejected } = await runBlobs(s3, { config: bucket.at(front.url), secrets: KEYS, allow: [`127.0.0.1:${front.port}`] })
    await front.close()
    expect(rejected.map(({ key, reason }) => [key, reason])).toEqual([[['secret.csv'], 'PERMISSION_DENIED']])
    expect(store.snapshot('rows').size).toBe(1)
  })
})

const emulate = findCounterpart('emulate')

it.skipIf(emulate === null)('reads a store without range requests (emulate)', async () => {
  const { createEmulator } = (await import(pathToFileURL(path.join(emulate ?? '', 'dist/api.js')).href)) as Emulate
  const store = await createEmulator({ service: 'aws', port: await freePort() })
  const bucket = `${store.url}/reports`
  await fetch(bucket, { method: 'PUT' })
  await fetch(`${bucket}/in/a.csv`, { method: 'PUT', body: 'id\n1\n2\n' })
  const source = { config: { bucket: 'reports', endpoint: store.url }, secrets: KEYS, allow: [new URL(store.url).host] }
  await checkBlobSource(s3, source)
  const first = await runBlobs(s3, source)
  const again = await runBlobs(s3, source, first.store)
  await store.close()
  expect([...first.store.snapshot('rows').keys()]).toEqual(['["in/a.csv",1]', '["in/a.csv",2]'])
  expect(again).toMatchObject({ emitted: 0, deleted: 0 })
})

interface Emulate {
  readonly createEmulator: (options: { readonly service: string; readonly port: number }) => Promise<{ readonly url: string; close(): Promise<void> }>
}
