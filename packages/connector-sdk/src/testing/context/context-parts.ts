import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Failure } from '@inlet/domain'
import type { FileAccess } from '../../context.js'
import { createFileAccess } from '../../files/file-access.js'
import type { HttpClient } from '../../http/http-client.js'
import type { EgressGuard } from '../../net/egress-guard.js'
import type { TestUpload } from './test-upload.js'

export const createClient = (_guard: EgressGuard): HttpClient => ({
  request: () => Promise.reject(new Failure('INTERNAL', 'not wired yet')),
})

export const createFiles = (roots: readonly string[], uploads: readonly TestUpload[]): FileAccess =>
  createFileAccess({
    roots,
    openUpload: async (id) => {
      const upload = uploads.find((candidate) => candidate.id === id)
      if (upload === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `there is no upload ${id}`)
      return {
        name: upload.name,
        size: upload.content.byteLength,
        sha256: createHash('sha256').update(upload.content).digest('hex'),
        createdAt: new Date(0),
        stream: Readable.from(upload.content.byteLength === 0 ? [] : [Buffer.from(upload.content)]),
      }
    },
  })
