import { type ConnectorContext, Failure, type HttpResponse } from '@inlet/connector-sdk'
import { acceptResponse } from '../blobs/blob-response.js'
import { type BlobStore, readRange } from '../blobs/blob-store.js'
import { accountAccess } from './account-access.js'
import type { AzureConfig, AzureSecrets } from './config.js'
import { toBlobPage } from './list-response.js'
import { hintOf, REASONS } from './reasons.js'
import { signSharedKey } from './sign-shared-key.js'

const TIMEOUT_MS = 60_000
/** Version of the REST API; everything used here is older. */
const VERSION = '2021-12-02'

interface AzureRequest {
  readonly method: 'GET' | 'HEAD'
  /** The blob; absent for the container. */
  readonly blob?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Accesses one container over the REST API of the blob service: List Blobs, Get Blob and Get Blob Properties are all that reading needs. */
export const createAzureStore = ({ config, secrets, http, now }: ConnectorContext<AzureConfig, AzureSecrets>): BlobStore => {
  const { origin, path: above, credential } = accountAccess(config, secrets)
  const send = async ({ method, blob, query = {}, headers = {}, signal }: AzureRequest): Promise<HttpResponse> => {
    const path = `${above}/${config.container}${blob === undefined ? '' : `/${blob.split('/').map(encodeURIComponent).join('/')}`}`
    const plain: Record<string, string> = { 'accept-encoding': 'identity', 'x-ms-version': VERSION, 'x-ms-date': now().toUTCString(), ...headers }
    const sent =
      credential.kind === 'key'
        ? { ...plain, authorization: signSharedKey({ method, path, query, headers: plain }, credential.account, credential.key) }
        : plain
    const search = new URLSearchParams({ ...query, ...(credential.kind === 'sas' ? credential.query : {}) }).toString()
    const url = `${origin}${path}${search === '' ? '' : `?${search}`}`
    const response = await http.request({ url, method, headers: sent, signal, timeoutMs: TIMEOUT_MS, maxRedirects: 0, decompress: false })
    const place = blob === undefined ? `container ${config.container}` : `blob ${blob} in container ${config.container}`
    return acceptResponse(response, { reasons: REASONS, hint: hintOf, place, now })
  }

  return {
    async list({ prefix, after, delimiter, max }, signal) {
      const query = {
        restype: 'container',
        comp: 'list',
        maxresults: String(max),
        ...(prefix === '' ? {} : { prefix }),
        ...(delimiter === undefined ? {} : { delimiter }),
        ...(after === null ? {} : { marker: after }),
      }
      return toBlobPage(await (await send({ method: 'GET', query, signal })).text())
    },

    async describe(name, signal) {
      const response = await send({ method: 'HEAD', blob: name, signal })
      response.discard()
      const { 'content-length': size, 'last-modified': modified, etag, 'content-type': contentType } = response.headers
      const modifiedAt = new Date(modified ?? '')
      if (Number.isNaN(modifiedAt.getTime())) throw new Failure('UPSTREAM_INVALID', `blob ${name}: the store does not say when it was modified`)
      return { name, size: Number(size ?? 0), modifiedAt, etag: etag ?? '', ...(contentType === undefined ? {} : { contentType }) }
    },

    async read(request, signal) {
      const { name, start, end, etag } = request
      const headers = { 'x-ms-range': `bytes=${start}-${end - 1}`, ...(etag === undefined || etag === '' ? {} : { 'if-match': etag }) }
      return readRange(await send({ method: 'GET', blob: name, headers, signal }), request)
    },
  }
}
