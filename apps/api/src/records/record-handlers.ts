import { getRecordHandler } from './get-record.js'
import { listRecordsHandler } from './list-records.js'
import type { RecordDeps } from './record-deps.js'

export const createRecordHandlers = (deps: RecordDeps) => ({ listRecords: listRecordsHandler(deps), getRecord: getRecordHandler(deps) })
