import { describeConnector, serveHttp } from '@inlet/connector-sdk/testing'
import { findCounterpart } from '@inlet/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { openBlobFixture } from '../blobs/fixtures/blob-fixture.js'
import type { ScriptServer } from '../blobs/fixtures/start-script.js'
import { ACCOUNT, createContainer, startAzurite } from './fixtures/azurite.js'
import azureBlob from './index.js'

const installed = findCounterpart('azurite') !== null

describe.skipIf(!installed)(`Azurite${installed ? '' : ' (not installed: npm run counterparts)'}`, () => {
  let server: ScriptServer
  const closers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    server = await startAzurite()
  })
  afterAll(async () => {
    for (const close of closers) await close()
    await server?.close()
  })

  const answering = async (name: string, body: string | Buffer) => {
    const hostile = await serveHttp((_request, response) => response.writeHead(200, { 'content-type': 'application/xml' }).end(body))
    closers.push(() => hostile.close())
    return { name, config: { container: 'anything', account: ACCOUNT, endpoint: hostile.url }, allow: [`127.0.0.1:${hostile.port}`] }
  }

  describeConnector(azureBlob, {
    fixture: async () => {
      const container = await createContainer(server)
      const allow = [`127.0.0.1:${server.port}`, '127.0.0.1:1']
      return openBlobFixture(container, {
        failures: {
          unreachable: { config: container.at('http://127.0.0.1:1'), allow },
          auth: { secrets: { accountKey: Buffer.from('another key than the right one').toString('base64') } },
          permission: { secrets: { sasToken: container.sas('w') } },
        },
        hostile: [
          { ...(await answering('a login page', '<html><body>Log in</body></html>')), expectReason: 'CONTENT_MISMATCH' },
          { ...(await answering('a document type', '<!DOCTYPE x [<!ENTITY a "b">]><EnumerationResults/>')), expectReason: 'XML_DTD_NOT_ALLOWED' },
          { ...(await answering('half a list', '<EnumerationResults><Blobs>')), expectReason: 'CONTENT_MISMATCH' },
          {
            ...(await answering('the same page for ever', '<EnumerationResults><Blobs/><NextMarker>again</NextMarker></EnumerationResults>')),
            expectReason: 'PAGINATION_LOOP',
          },
        ],
        busy: { status: 503, body: '<?xml version="1.0"?><Error><Code>ServerBusy</Code><Message>busy</Message></Error>' },
      })
    },
  })
})
