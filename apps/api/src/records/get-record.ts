import type { Endpoints } from '@inlet/contract'
import { findRecord } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { RecordDeps } from './record-deps.js'
import { toDetailJson } from './record-json.js'

export const getRecordHandler =
  (deps: RecordDeps): Handler<Endpoints['getRecord']> =>
  async ({ params }) => {
    const [streamId = '', keyHash = ''] = params.id.split('-')
    const record = await findRecord(deps.database, { streamId: Number(streamId), keyHash })
    if (record === null) throw new Failure('NOT_FOUND', 'there is no such record')
    return { status: 200, json: toDetailJson(record) }
  }
