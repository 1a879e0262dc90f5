import { isFacet, type RecordFields } from '@inlet/db'
import { Failure } from '@inlet/domain'

/** What `fields` asks for: `data`, `data.name`, `text`; throws VALIDATION_FAILED for anything else. */
export const toFields = (names: readonly string[]): RecordFields => {
  const asked = names.flatMap((name) => name.split(',')).map((name) => name.trim())
  for (const name of asked)
    if (name !== 'data' && name !== 'text' && !/^data\.[^.]+$/u.test(name))
      throw new Failure('VALIDATION_FAILED', `'${name.slice(0, 100)}' cannot be asked for`, {
        field: 'fields',
        next: 'Ask for data, text or a member of data, such as data.links.',
      })
  return {
    allData: asked.includes('data'),
    members: asked.flatMap((name) => (name.startsWith('data.') ? [name.slice('data.'.length)] : [])),
    text: asked.includes('text'),
  }
}

/** Throws VALIDATION_FAILED for a field that cannot be counted. */
export const checkFacets = (fields: readonly string[]): void => {
  for (const field of fields)
    if (!isFacet(field))
      throw new Failure('VALIDATION_FAILED', `'${field.slice(0, 100)}' cannot be counted`, {
        field: 'facets',
        next: 'Ask for source, connector, stream, kind or a member of data, such as data.status.',
      })
}
