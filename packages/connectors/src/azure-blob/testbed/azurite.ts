import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { findCounterpart, requireCounterpart } from '@inlet/testing'
import type { TestContainer } from '../../blobs/testbed/blob-bed.js'
import { type ScriptServer, startScript } from '../../blobs/testbed/start-script.js'

export const ACCOUNT = 'devstoreaccount1'
export const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** Azure's own emulator; the caller closes. */
export const startAzurite = (): Promise<ScriptServer> =>
  startScript(({ port }) => [
    path.join(findCounterpart('azurite') ?? '', 'dist/src/blob/main.js'),
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    String(port),
    '--silent',
    '--skipApiVersionCheck',
    '--disableTelemetry',
    '--inMemoryPersistence',
  ])

export const connectionString = (url: string): string =>
  `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${url}/${ACCOUNT};`

/** A new container, written and signed for by Azure's own client. */
export const createContainer = async (server: ScriptServer, { isPublic = false } = {}) => {
  const sdk = requireCounterpart('@azure/storage-blob') as AzureSdk
  const name = `c${randomUUID()}`
  const client = sdk.BlobServiceClient.fromConnectionString(connectionString(server.url)).getContainerClient(name)
  await client.create(isPublic ? { access: 'blob' } : {})
  const container: TestContainer = {
    config: { container: name, account: ACCOUNT, endpoint: `${server.url}/${ACCOUNT}` },
    secrets: { accountKey: KEY },
    port: server.port,
    put: async (blob, content) => {
      await client.getBlockBlobClient(blob).uploadData(Buffer.from(content))
    },
    remove: async (blob) => {
      await client.deleteBlob(blob)
    },
    async names() {
      const names: string[] = []
      for await (const blob of client.listBlobsFlat()) names.push(blob.name)
      return names
    },
    at: (url) => ({ container: name, account: ACCOUNT, endpoint: `${url}/${ACCOUNT}` }),
  }
  /** A shared access signature of the container with these rights, e.g. `rl`. */
  const sas = (permissions: string, expiresInMs = 3_600_000): string =>
    sdk
      .generateBlobSASQueryParameters(
        {
          containerName: name,
          permissions: sdk.ContainerSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + expiresInMs),
        },
        new sdk.StorageSharedKeyCredential(ACCOUNT, KEY),
      )
      .toString()
  return { ...container, name, sas }
}

/** What is used of the client, which is not installed for everybody. */
interface AzureSdk {
  readonly BlobServiceClient: {
    fromConnectionString(text: string): {
      getContainerClient(name: string): {
        create(options: object): Promise<unknown>
        getBlockBlobClient(name: string): { uploadData(data: Buffer): Promise<unknown> }
        deleteBlob(name: string): Promise<unknown>
        listBlobsFlat(): AsyncIterable<{ readonly name: string }>
      }
    }
  }
  readonly ContainerSASPermissions: { parse(text: string): unknown }
  readonly StorageSharedKeyCredential: new (account: string, key: string) => unknown
  generateBlobSASQueryParameters(values: object, credential: unknown): { toString(): string }
}
