import type { Endpoints } from '@inlet/contract'
import { listChunks } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { RecordDeps } from './records.js'

export const listRecordChunksHandler =
  (deps: RecordDeps): Handler<Endpoints['listRecordChunks']> =>
  async ({ params, query }) => {
    const [streamId = '', keyHash = ''] = params.id.split('-')
    const found = await listChunks(deps.database, { streamId: Number(streamId), keyHash, around: query.around ?? null, limit: query.limit })
    if (found === null) throw new Failure('NOT_FOUND', 'there is no such record')
    const items = found.chunks.map(({ headings, ...chunk }) => ({ ...chunk, headings: [...headings] }))
    return { status: 200, body: { recordId: params.id, total: found.total, items } }
  }
