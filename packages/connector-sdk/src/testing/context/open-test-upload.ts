import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Failure } from '@inlet/domain'
import type { FileAccess } from '../../context.js'

/** An accepted upload that `ctx.files.openUpload` returns. */
export interface TestUpload {
  readonly id: string
  readonly name: string
  readonly content: Uint8Array
}

/** `openUpload` over uploads in memory. */
export const openTestUpload = (uploads: readonly TestUpload[]): FileAccess['openUpload'] => {
  const modifiedAt = new Date(0)
  return async (id) => {
    const upload = uploads.find((candidate) => candidate.id === id)
    if (upload === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `there is no upload ${id}`)
    const sha256 = createHash('sha256').update(upload.content).digest('hex')
    return { name: upload.name, size: upload.content.byteLength, sha256, modifiedAt, stream: Readable.from([Buffer.from(upload.content)]) }
  }
}
