import { canonicalJson, Failure, hasUnstorableText, type RecordKey, readPath } from '@inlet/connector-sdk'

type KeyPart = string | number | bigint | boolean | null
const MAX_KEY_CHARACTERS = 65_536

/**
 * Returns the key of a record: its parent's key, if any, followed by the key fields. Throws RECORD_KEY_MISSING when a field is missing,
 * empty or no scalar, and TEXT_NOT_STORABLE for characters that no database stores.
 */
export const toKey = (item: unknown, keyFields: readonly string[], parentKey: RecordKey | null): RecordKey => {
  const own = keyFields.map((path) => toPart(readPath(item, path), path))
  const parts = [...(parentKey === null ? [] : partsOf(parentKey)), ...own]
  const json = canonicalJson(parts)
  if (hasUnstorableText(json)) throw new Failure('TEXT_NOT_STORABLE', 'the key contains a NUL character or half a surrogate pair')
  if (json.length > MAX_KEY_CHARACTERS) throw new Failure('RECORD_TOO_LARGE', `the key has ${json.length} characters`)
  const [only] = parts
  return parts.length === 1 && only !== undefined && only !== null && typeof only !== 'boolean' ? only : parts
}

const partsOf = (key: RecordKey): readonly KeyPart[] => (typeof key === 'object' ? key : [key])

const toPart = (value: unknown, path: string): KeyPart => {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value
  throw new Failure('RECORD_KEY_MISSING', `the record has no usable ${path}`)
}
