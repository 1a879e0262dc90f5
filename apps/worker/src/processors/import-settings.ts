import { createFileAccess, type Proposal, toHttpFailure } from '@inlet/connector-sdk'
import { openUpload } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { ConnectionDeps } from '../extraction/open-connection.js'

const paramsSchema = z.object({
  document: z.string().optional(),
  url: z.string().optional(),
  upload: z.string().optional(),
  paths: z.array(z.string()).default([]),
})
type Params = z.output<typeof paramsSchema>

/** Has a connector propose settings from a document that was sent, uploaded or lies at an address; nothing is stored. */
export const importSettings = async (
  deps: ConnectionDeps,
  request: { readonly connector: string; readonly params: object },
  signal: AbortSignal,
): Promise<Proposal> => {
  const importer = deps.findConnector(request.connector)?.importer
  if (importer === undefined) throw new Failure('NOT_FOUND', `the connector "${request.connector}" imports nothing`)
  const params = paramsSchema.parse(request.params)
  const { text, documentUrl } = await readDocument(deps, params, { maxBytes: importer.maxBytes, signal })
  return importer.propose({ text, documentUrl, paths: params.paths }, signal)
}

interface Limits {
  readonly maxBytes: number
  readonly signal: AbortSignal
}

const readDocument = async (
  deps: ConnectionDeps,
  { document, url, upload }: Params,
  limits: Limits,
): Promise<{ readonly text: string; readonly documentUrl: string | null }> => {
  if (document !== undefined) return { text: document, documentUrl: null }
  if (upload !== undefined) return { text: await readUpload(deps, upload, limits), documentUrl: null }
  const response = await deps.http.axios.request({ url: url ?? '', headers: { accept: 'application/json, application/yaml, */*;q=0.5' }, ...limits })
  if (response.status >= 400) {
    response.discard()
    throw toHttpFailure(response, new Date())
  }
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
