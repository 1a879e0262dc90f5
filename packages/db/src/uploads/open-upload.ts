import { Readable } from 'node:stream'
import { Failure, isUuid } from '@inlet/domain'
import type { Database } from '../database.js'

export interface StoredUpload {
  readonly name: string
  readonly size: number
  readonly sha256: string
  /** When this content came. */
  readonly modifiedAt: Date
  /** Read chunk by chunk; fails when the upload is deleted meanwhile. The caller consumes or destroys it. */
  readonly stream: Readable
}

/** The bytes of an accepted upload as they are now: a reader keeps the content it began with when it is replaced. Throws NOT_FOUND_UPSTREAM. */
export const openUpload = async (database: Database, id: string): Promise<StoredUpload> => {
  const upload = isUuid(id.toLowerCase()) ? await database.prisma.upload.findUnique({ where: { id } }) : null
  if (upload === null) throw new Failure('NOT_FOUND_UPSTREAM', `there is no upload ${id.slice(0, 40)}`)
  const size = Number(upload.size)
  return {
    name: upload.name,
    size,
    sha256: upload.sha256,
    modifiedAt: upload.replacedAt ?? upload.createdAt,
    stream: Readable.from(chunks(database, { name: upload.name, contentId: upload.contentId ?? id, size }), { objectMode: false }),
  }
}

interface Content {
  readonly name: string
  readonly contentId: string
  readonly size: number
}

/** All bytes or a failure: a short content would look like a file whose last rows were deleted. */
async function* chunks(database: Database, { name, contentId, size }: Content): AsyncGenerator<Buffer> {
  let left = size
  for (let n = 0; left > 0; n += 1) {
    // SQL: bytes, which Prisma would copy.
    const { rows } = await database.pool.query<{ bytes: Buffer }>('SELECT bytes FROM upload_chunks WHERE upload_id = $1 AND n = $2', [contentId, n])
    const row = rows[0]
    if (row === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `the upload ${name} was deleted or replaced while it was read`)
    left -= row.bytes.byteLength
    yield row.bytes
  }
}
