import { describeConnector, serveHttp } from '@inlet/connector-sdk/testing'
import { findCounterpart } from '@inlet/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { openBlobFixture } from '../blobs/fixtures/blob-fixture.js'
import { openFront } from '../blobs/fixtures/front.js'
import type { ScriptServer } from '../blobs/fixtures/start-script.js'
import { createBucket, startS3rver } from './fixtures/s3rver.js'
import s3 from './index.js'

const installed = findCounterpart('s3rver') !== null
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>said</Message></Error>`

describe.skipIf(!installed)(`s3rver${installed ? '' : ' (not installed: npm run counterparts)'}`, () => {
  let server: ScriptServer
  const closers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    server = await startS3rver()
  })
  afterAll(async () => {
    for (const close of closers) await close()
    await server?.close()
  })

  const answering = async (name: string, body: string) => {
    const hostile = await serveHttp((_request, response) => response.writeHead(200, { 'content-type': 'application/xml' }).end(body))
    closers.push(() => hostile.close())
    return { name, config: { bucket: 'anything', endpoint: hostile.url }, allow: [`127.0.0.1:${hostile.port}`] }
  }

  describeConnector(s3, {
    fixture: async () => {
      const bucket = await createBucket(server)
      // s3rver has no policies: the front refuses objects as S3 does with a key that may only list.
      const front = await openFront(server.port, (request, response) => {
        const isObject = (request.url ?? '').split('?')[0] !== `/${bucket.bucket}/`
        if (isObject) response.writeHead(403, { 'content-type': 'application/xml' }).end(error('AccessDenied'))
        return isObject
      })
      closers.push(() => front.close())
      return openBlobFixture(bucket, {
        failures: {
          unreachable: { config: bucket.at('http://127.0.0.1:1'), allow: ['127.0.0.1:1'] },
          auth: { secrets: { accessKeyId: 'UNKNOWNKEY', secretAccessKey: 'another-secret-of-nobody' } },
          permission: { config: bucket.at(front.url), allow: [`127.0.0.1:${front.port}`] },
        },
        hostile: [
          { ...(await answering('a login page', '<html><body>Log in</body></html>')), expectReason: 'CONTENT_MISMATCH' },
          { ...(await answering('a document type', '<!DOCTYPE x><ListBucketResult/>')), expectReason: 'XML_DTD_NOT_ALLOWED' },
          { ...(await answering('half a list', '<ListBucketResult><Contents>')), expectReason: 'CONTENT_MISMATCH' },
          {
            ...(await answering(
              'the same page for ever',
              '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>',
            )),
            expectReason: 'PAGINATION_LOOP',
          },
        ],
        busy: { status: 503, body: error('SlowDown') },
      })
    },
  })
})
