import type { Endpoints } from '@inlet/contract'
import { findRecord, listChunks } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import { listRecordsHandler, type RecordDeps } from './list-records.js'
import { toDetailJson } from './record-json.js'

const getRecordHandler =
  (deps: RecordDeps): Handler<Endpoints['getRecord']> =>
  async ({ params }) => {
    const [streamId = '', keyHash = ''] = params.id.split('-')
    const record = await findRecord(deps.database, { streamId: Number(streamId), keyHash })
    if (record === null) throw new Failure('NOT_FOUND', 'there is no such record')
    return { status: 200, json: toDetailJson(record) }
  }

export const createRecordHandlers = (deps: RecordDeps) => ({
  listRecords: listRecordsHandler(deps),
  getRecord: getRecordHandler(deps),
  listRecordChunks: listRecordChunksHandler(deps),
})

const listRecordChunksHandler =
  (deps: RecordDeps): Handler<Endpoints['listRecordChunks']> =>
  async ({ params, query }) => {
    const [streamId = '', keyHash = ''] = params.id.split('-')
    const found = await listChunks(deps.database, { streamId: Number(streamId), keyHash, around: query.around ?? null, limit: query.limit })
    if (found === null) throw new Failure('NOT_FOUND', 'there is no such record')
    const items = found.chunks.map(({ headings, ...chunk }) => ({ ...chunk, headings: [...headings] }))
    return { status: 200, body: { recordId: params.id, total: found.total, items } }
  }
