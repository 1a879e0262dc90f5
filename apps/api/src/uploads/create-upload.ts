import { type Endpoints, fileName } from '@inlet/contract'
import { storeUpload } from '@inlet/db'
import { parseWith } from '../http/invalid-request.js'
import type { Handler } from '../http/reply.js'
import { readUpload } from './read-upload.js'
import type { UploadDeps } from './upload-deps.js'

/** A sender that is silent for so long has gone. */
const SILENCE_MS = 30_000

/** Stores a file as it arrives; after 201 it survives everything. */
export const createUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['createUpload']> =>
  async ({ query, actor, request }) => {
    request.setTimeout(SILENCE_MS, () => request.destroy())
    // Each upload holds a database connection while its bytes arrive.
    const release = await deps.slots.acquire()
    try {
      const incoming = await readUpload(request, deps.maxBytes)
      const name = parseWith(fileName, query.name ?? incoming.name ?? '', ['name'])
      const upload = await storeUpload(deps.database, { name, mediaType: incoming.mediaType, bytes: incoming.bytes, maxBytes: deps.maxBytes, actor })
      return { status: 201, headers: { location: `/v1/uploads/${upload.id}` }, body: upload }
    } finally {
      release()
    }
  }
