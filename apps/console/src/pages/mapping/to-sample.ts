const FIELDS = ['key', 'kind', 'title', 'text', 'url', 'occurredAt', 'data']

/** What a test takes of a record, as it was read or as it is stored. */
export const toSample = (record: object): object =>
  Object.fromEntries(
    Object.entries(record).filter(([name, value]) => FIELDS.includes(name) && value !== null && (name !== 'data' || typeof value === 'object')),
  )
