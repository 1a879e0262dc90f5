import { Readable } from 'node:stream'
import { Failure, isUuid } from '@inlet/domain'
import type { Database } from '../database.js'

export interface StoredUpload {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly createdAt: Date
  /** Read chunk by chunk. The caller consumes or destroys it. */
  readonly stream: Readable
}

/** The bytes of an accepted upload. Throws NOT_FOUND_UPSTREAM. */
export const openUpload = async (database: Database, id: string): Promise<StoredUpload> => {
  const upload = isUuid(id.toLowerCase()) ? await database.prisma.upload.findUnique({ where: { id } }) : null
  if (upload === null) throw new Failure('NOT_FOUND_UPSTREAM', `there is no upload ${id.slice(0, 40)}`)
  return {
    name: upload.name,
    size: Number(upload.size),
    sha256: upload.sha256,
    createdAt: upload.createdAt,
    stream: Readable.from(chunks(database, id), { objectMode: false }),
  }
}

async function* chunks(database: Database, id: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n += 1) {
    const { rows } = await database.pool.query<{ bytes: Buffer }>('SELECT bytes FROM upload_chunks WHERE upload_id = $1 AND n = $2', [id, n])
    const row = rows[0]
    if (row === undefined) return
    yield row.bytes
  }
}
