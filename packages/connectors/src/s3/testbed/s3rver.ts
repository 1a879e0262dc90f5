import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { findCounterpart } from '@inlet/testing'
import type { TestContainer } from '../../blobs/testbed/blob-bed.js'
import { type ScriptServer, startScript } from '../../blobs/testbed/start-script.js'
import { encodePath } from '../encode-url.js'

/** s3rver knows one id and looks at no signature. */
export const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'a-secret-that-is-long-enough-to-search-for' }

/** An S3-compatible store; the caller closes. */
export const startS3rver = (): Promise<ScriptServer> =>
  startScript(({ port, folder }) => [
    // Its continuation tokens are made by DES.
    '--openssl-legacy-provider',
    path.join(findCounterpart('s3rver') ?? '', 'bin/s3rver.js'),
    '--address',
    '127.0.0.1',
    '--port',
    String(port),
    '--directory',
    folder,
    '--silent',
  ])

/** A new bucket, written by plain requests. */
export const createBucket = async (server: ScriptServer): Promise<TestContainer & { readonly bucket: string }> => {
  const bucket = `b${randomUUID()}`
  const call = async (method: string, key: string, body?: string | Buffer): Promise<Response> => {
    const response = await fetch(`${server.url}/${bucket}${encodePath(key)}`, { method, ...(body === undefined ? {} : { body: Buffer.from(body) }) })
    if (!response.ok) throw new Error(`${method} ${key}: ${response.status} ${await response.text()}`)
    return response
  }
  await call('PUT', '')
  return {
    bucket,
    config: { bucket, endpoint: server.url },
    secrets: KEYS,
    port: server.port,
    put: async (key, content) => {
      await (await call('PUT', `/${key}`, content)).arrayBuffer()
    },
    remove: async (key) => {
      await (await call('DELETE', `/${key}`)).arrayBuffer()
    },
    async names() {
      const xml = await (await call('GET', '')).text()
      return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((found) => (found[1] ?? '').replaceAll('&amp;', '&'))
    },
    at: (url) => ({ bucket, endpoint: url }),
  }
}
