import type { StreamSpec } from '@inlet/connector-sdk'
import { concerns, ownerOf } from '../content/detect-format.js'
import type { ReadingConfig } from '../settings.js'
import { DOCUMENTS } from './read-documents.js'
import { FILES } from './read-files.js'
import { ROWS } from './row-record.js'

/** The streams of a source in the order they are read: a file is recorded after what it holds. `append`: rows are never deleted. */
export const streamSpecs = (config: ReadingConfig, append = false): readonly StreamSpec[] => {
  const owner = config.format === 'auto' ? 'archive' : ownerOf(config.format, config)
  const rows: StreamSpec = {
    name: ROWS,
    kind: config.kind,
    incremental: true,
    deletes: append ? 'none' : 'sweep',
    keyFields: ['file', ...(config.keyFields.length > 0 ? config.keyFields : append ? ['first line', 'offset'] : ['row'])],
  }
  const documents: StreamSpec = { name: DOCUMENTS, kind: 'document', incremental: false, deletes: 'sweep', keyFields: ['file'] }
  const files: StreamSpec = { name: FILES, kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['file'] }
  return [...(concerns(owner, 'rows') ? [rows] : []), ...(concerns(owner, 'documents') ? [documents] : []), files]
}
