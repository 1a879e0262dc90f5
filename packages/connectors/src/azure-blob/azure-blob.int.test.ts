import { text } from 'node:stream/consumers'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { findCounterpart } from '@inlet/testing'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFront } from '../blobs/fixtures/front.js'
import { checkBlobSource, runBlobs } from '../blobs/fixtures/run-blobs.js'
import type { ScriptServer } from '../blobs/fixtures/start-script.js'
import { makePdf } from '../parsing/fixtures/make-pdf.js'
import { makeZip } from '../parsing/fixtures/make-zip.js'
import { ACCOUNT, connectionString, createContainer, KEY, startAzurite } from './fixtures/azurite.js'
import azureBlob from './index.js'

const installed = findCounterpart('azurite') !== null

describe.skipIf(!installed)(`azure_blob against Azurite${installed ? '' : ' (not installed: npm run counterparts)'}`, () => {
  let server: ScriptServer
  let allow: readonly string[]
  beforeAll(async () => {
    server = await startAzurite()
    allow = [`127.0.0.1:${server.port}`]
  })
  afterAll(() => server?.close())

  const open = async (options?: { isPublic: boolean }) => {
    const container = await createContainer(server, options)
    await container.put('in/a.csv', 'id\n1\n2\n')
    await container.put('b.md', '# B')
    return container
  }

  it('takes a connection string, a key, a signature, and nothing for a public container', async () => {
    const container = await open({ isPublic: true })
    const anonymous = { container: container.name, endpoint: `${server.url}/${ACCOUNT}` }
    const ways = [
      { config: { container: container.name }, secrets: { connectionString: connectionString(server.url) } },
      { config: { ...anonymous, account: ACCOUNT }, secrets: { accountKey: KEY } },
      { config: anonymous, secrets: { sasToken: container.sas('rl') } },
      { config: anonymous, secrets: { sasToken: `?${container.sas('rl')}` } },
      {
        config: { container: container.name },
        secrets: { connectionString: `BlobEndpoint=${server.url}/${ACCOUNT};SharedAccessSignature=${container.sas('rl')}` },
      },
    ]
    for (const way of ways) {
      const { store, rejected } = await runBlobs(azureBlob, { ...way, allow })
      expect(rejected).toEqual([])
      expect([...store.snapshot('rows').keys()]).toEqual(['["in/a.csv",1]', '["in/a.csv",2]'])
      expect([...store.snapshot('documents').keys()]).toEqual(['b.md'])
    }
  })

  it.each([
    ['a wrong key', () => ({ accountKey: Buffer.from('wrong').toString('base64') }), 'AUTH_FAILED'],
    ['an expired signature', (c: Awaited<ReturnType<typeof open>>) => ({ sasToken: c.sas('rl', -60_000) }), 'AUTH_FAILED'],
    ['a signature that may only read', (c: Awaited<ReturnType<typeof open>>) => ({ sasToken: c.sas('r') }), 'PERMISSION_DENIED'],
    ['a signature that may only list', (c: Awaited<ReturnType<typeof open>>) => ({ sasToken: c.sas('l') }), 'PERMISSION_DENIED'],
  ])('check reports what %s is', async (_what, secrets, reason) => {
    const container = await open()
    await expect(checkBlobSource(azureBlob, { config: container.config, secrets: secrets(container), allow })).rejects.toMatchObject({ reason })
  })

  it('reports a missing container', async () => {
    const config = { container: 'none-such', account: ACCOUNT, endpoint: `${server.url}/${ACCOUNT}` }
    await expect(checkBlobSource(azureBlob, { config, secrets: { accountKey: KEY }, allow })).rejects.toMatchObject({
      reason: 'NOT_FOUND_UPSTREAM',
      message: expect.stringContaining('ContainerNotFound'),
    })
  })

  it('requests only the list of an unchanged container, once a stream', async () => {
    const container = await open()
    await container.put('c.zip', makeZip([{ name: 'd.csv', content: 'id\n1\n' }]))
    const front = await openFront(server.port)
    const source = { config: container.at(front.url), secrets: container.secrets, allow: [`127.0.0.1:${front.port}`] }
    const { store } = await runBlobs(azureBlob, source)
    front.seen.length = 0
    expect(await runBlobs(azureBlob, source, store)).toMatchObject({ emitted: 0, deleted: 0 })
    await front.close()
    expect(front.seen).toHaveLength(3)
    expect(front.seen.every((request) => request.includes('comp=list'))).toBe(true)
  })

  it('continues over pages of the list, by prefix and globs', async () => {
    const container = await createContainer(server)
    await Promise.all(Array.from({ length: 12 }, (_, i) => container.put(`many/${String(i).padStart(4, '0')}.txt`, 'x')))
    await container.put('other/a.txt', 'x')
    await container.put('many/left out.txt', 'x')
    const front = await openFront(server.port, undefined, { pageOf: 5 })
    const { store } = await runBlobs(azureBlob, {
      config: { ...container.at(front.url), include: ['many/*.txt'], exclude: ['**/left*'] },
      secrets: { sasToken: container.sas('rl') },
      allow: [`127.0.0.1:${front.port}`],
    })
    await front.close()
    expect(front.seen.filter((request) => request.includes('comp=list'))).toHaveLength(9)
    expect(store.snapshot('files').size).toBe(12)
  })

  it('reads parts of a Parquet file, and the files of an archive', async () => {
    const container = await createContainer(server)
    const writer = new ByteWriter()
    void parquetWrite({ writer, columnData: [{ name: 'id', data: [9007199254740993n], type: 'INT64' }] })
    await container.put('a.parquet', Buffer.from(writer.getBuffer()))
    await container.put('b.zip', makeZip([{ name: 'c.pdf', content: makePdf(['Inside']) }]))
    const { store, rejected } = await runBlobs(azureBlob, { config: container.config, secrets: container.secrets, allow })
    expect(rejected).toEqual([])
    expect(store.records('rows').map(({ record }) => record.data)).toEqual([{ id: 9007199254740993n }])
    expect(store.find('documents', 'b.zip!/c.pdf')?.record.text).toBe('Inside')
  })

  it('browses folders, reports a blob and fetches it', async () => {
    const container = await open()
    await using context = await createTestContext({ connector: azureBlob, config: container.config, secrets: container.secrets, allow })
    await using connection = await azureBlob.connect(context)
    const { signal } = context
    const { browse } = azureBlob
    const list = async (place: string) => {
      const items = []
      for await (const page of browse?.list(connection, place, signal) ?? []) items.push(...page)
      return items
    }
    expect(await list('')).toMatchObject([
      { name: 'in', path: 'in/', directory: true },
      { name: 'b.md', path: 'b.md', size: 3 },
    ])
    expect(await list('in/')).toMatchObject([{ name: 'a.csv', path: 'in/a.csv', directory: false }])
    expect(await browse?.metadata(connection, 'b.md', signal)).toMatchObject({ size: 3, metadata: { etag: expect.any(String) } })
    const stream = await browse?.fetch(connection, 'in/a.csv', signal)
    expect(stream === undefined ? undefined : await text(stream)).toBe('id\n1\n2\n')
    await expect(browse?.metadata(connection, 'none', signal)).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
  })
})
