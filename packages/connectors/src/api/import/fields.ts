import { asText, type ObjectNode, plain } from './node.js'
import type { Operation } from './operations.js'
import type { Resolver } from './resolver.js'
import { membersOf, requiredOf, typeOf } from './schema.js'

/** What the fields of a record are used for; empty where nothing fits. */
export interface GuessedFields {
  readonly keyFields: readonly string[]
  readonly keyIsSure: boolean
  readonly titleField?: string
  readonly textFields: readonly string[]
  readonly urlField?: string
  readonly occurredAtField?: string
  readonly updatedField?: { readonly name: string; readonly isNumber: boolean }
}

/** Names that mean a record's key wherever they occur. */
const SURE_KEYS = ['id', 'uuid', 'guid', 'gid', 'sid', 'oid', 'objectid', 'recordid', 'resourceid', 'entityid', 'arn', 'urn']
const KEYS = ['nodeid', 'key', 'slug', 'sha', 'code', 'ts', 'handle', 'reference', 'externalid']
const TITLES = ['title', 'name', 'subject', 'displayname', 'fullname', 'label', 'headline', 'login', 'username']
const TEXTS = ['description', 'body', 'content', 'text', 'message', 'summary', 'notes', 'note', 'comment']
const URLS = ['htmlurl', 'weburl', 'permalink', 'canonicalurl', 'url', 'link']
const TIMES = ['createdat', 'createdtime', 'created', 'creationdate', 'createdon', 'datecreated', 'publishedat', 'timestamp', 'occurredat', 'date']
const UPDATES = [
  'updatedat',
  'updated',
  'updatedtime',
  'updatedon',
  'modifiedat',
  'modified',
  'lastmodified',
  'lastmodifiedat',
  'lastupdated',
  'lastmodifieddate',
  'datemodified',
  'modifieddate',
]
const SINCE = [
  'since',
  'updatedsince',
  'updatedafter',
  'modifiedsince',
  'modifiedafter',
  'changedsince',
  'updatedatgte',
  'updatedatmin',
  'updatedmin',
  'lastmodifiedafter',
  'lastupdatedafter',
  'updatedfrom',
  'ifmodifiedsince',
]

/** Guesses from the names and types of a record's fields. Pure. */
export const guessFields = (resolver: Resolver, item: ObjectNode, path: string): GuessedFields => {
  const members = [...membersOf(resolver, item)].map(([name, schema]) => ({
    name,
    plain: plain(name),
    type: typeOf(resolver, schema),
    format: asText(schema['format']),
  }))
  if (members.length === 0 && ['string', 'integer', 'number'].includes(typeOf(resolver, item)))
    return { keyFields: ['value'], keyIsSure: true, textFields: [] }
  // The connector takes a name with a dot for a path.
  const usable = members.filter(({ name }) => !name.includes('.') && !name.startsWith('/'))
  const find = (names: readonly string[], types: readonly string[]): string | undefined =>
    names.map((name) => usable.find((one) => one.plain === name && (types.includes(one.type) || one.type === ''))).find((one) => one !== undefined)
      ?.name
  const scalar = ['string', 'integer', 'number']
  const noun = plain(path.split(/[/.]/).findLast((word) => word !== '' && !word.startsWith('{')) ?? '')
    .replace(/ies$/, 'y')
    .replace(/s$/, '')
  const own = find([`${noun}id`, `${noun}uuid`, `${noun}key`], scalar)
  const required = requiredOf(resolver, item)
  const other = usable.find((one) => /(_id|Id|ID|_uuid|Uuid)$/.test(one.name) && scalar.includes(one.type) && required.has(one.name))?.name
  const key = find(SURE_KEYS, scalar) ?? own ?? find(KEYS, scalar) ?? other ?? find(['name', 'number'], scalar)
  const updated = find(UPDATES, scalar)
  const titleField = find(TITLES, ['string'])
  const urlField = find(URLS, ['string'])
  const occurredAtField = find(TIMES, scalar)
  return {
    keyFields: key === undefined ? [] : [key],
    keyIsSure: key !== undefined && (SURE_KEYS.includes(plain(key)) || key === own),
    ...(titleField !== undefined && { titleField }),
    textFields: TEXTS.flatMap((name) => find([name], ['string']) ?? []).slice(0, 3),
    ...(urlField !== undefined && { urlField }),
    ...(occurredAtField !== undefined && { occurredAtField }),
    ...(updated !== undefined && { updatedField: { name: updated, isNumber: usable.find(({ name }) => name === updated)?.type !== 'string' } }),
  }
}

/** Finds the parameter that limits a request to what has changed since a time. */
export const findSinceParam = ({ parameters }: Operation): { readonly name: string; readonly isNumber: boolean } | undefined => {
  const found = parameters.find((one) => one.in === 'query' && SINCE.includes(plain(one.name)))
  return found === undefined ? undefined : { name: found.name, isNumber: found.schema['type'] === 'integer' || found.schema['type'] === 'number' }
}
