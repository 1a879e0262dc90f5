import { createFileAccess, readHttpFailure } from '@inlet/connector-sdk'
import type { CallAnswer, CallParams } from '@inlet/contract'
import { openUpload } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { ConnectionDeps } from '../connections/open-connection.js'

/** Has a connector propose settings from a document that was sent, was uploaded or is at an address; stores nothing. */
export const importSettings = async (
  deps: ConnectionDeps,
  request: { readonly connector: string; readonly params: CallParams<'import'> },
  signal: AbortSignal,
): Promise<CallAnswer<'import'>> => {
  const importer = deps.findConnector(request.connector)?.importer
  if (importer === undefined) throw new Failure('NOT_FOUND', `the connector "${request.connector}" imports nothing`)
  const { params } = request
  const { text, documentUrl } = await readDocument(deps, params, { maxBytes: importer.maxBytes, signal })
  return importer.propose({ text, documentUrl, paths: params.paths }, signal)
}

interface Limits {
  readonly maxBytes: number
  readonly signal: AbortSignal
}

const readDocument = async (
  deps: ConnectionDeps,
  { document, url, upload }: CallParams<'import'>,
  limits: Limits,
): Promise<{ readonly text: string; readonly documentUrl: string | null }> => {
  if (document !== undefined) return { text: document, documentUrl: null }
  if (upload !== undefined) return { text: await readUpload(deps, upload, limits), documentUrl: null }
  const response = await deps.http.axios.request({ url: url ?? '', headers: { accept: 'application/json, application/yaml, */*;q=0.5' }, ...limits })
  if (response.status >= 400) throw await readHttpFailure(response, new Date())
  return { text: await response.text(), documentUrl: response.url }
}

const readUpload = async (deps: ConnectionDeps, id: string, { maxBytes }: Limits): Promise<string> => {
  const files = createFileAccess({ roots: [], openUpload: (upload) => openUpload(deps.database, upload) })
  const { stream, size } = await files.openUpload(id)
  if (size > maxBytes) {
    stream.destroy()
    throw new Failure('IMPORT_UNREADABLE', `the document has ${size} bytes; at most ${maxBytes} are read`)
  }
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
