import { USUAL_FIELDS } from '../fetch-records.js'
import type { RecordSearch } from '../search-records.js'

/** A search with the API's defaults. */
export const testSearch = (question: string, changes: Partial<RecordSearch> = {}): RecordSearch => ({
  question,
  meaning: null,
  filter: { deleted: 'exclude' },
  order: { sort: 'relevance', recencyDays: null, now: Date.now() },
  position: { at: 'start' },
  fields: USUAL_FIELDS,
  facets: [],
  snippets: true,
  explain: false,
  limit: 50,
  maxBytes: 8e6,
  ...changes,
})
