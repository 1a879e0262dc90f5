import { type ObjectNode, plain } from './node.js'
import type { Resolver } from './resolver.js'
import { membersOf, typeOf } from './schema.js'

/** Where a response holds its records. */
export interface FoundList {
  readonly recordsPath: string
  readonly item: ObjectNode
  /** Whether the name or the shape leaves no doubt. */
  readonly sure: boolean
}

const USUAL = ['data', 'items', 'results', 'records', 'values', 'entries', 'list', 'content', 'value', 'hits', 'elements', 'nodes', 'rows']

/** Finds the list in a response: the response itself, a list under a common name or the name of the path, or the only list. Null: none. */
export const findList = (resolver: Resolver, answer: ObjectNode, path: string): FoundList | null => {
  if (typeOf(resolver, answer) === 'array') return { recordsPath: '', item: resolver.resolve(answer['items']), sure: true }
  const members = membersOf(resolver, answer)
  const own = pick(resolver, members, path)
  if (own !== null) return own
  for (const name of USUAL) {
    const inner = members.get(name)
    const found = inner === undefined || typeOf(resolver, inner) !== 'object' ? null : pick(resolver, membersOf(resolver, inner), path)
    if (found !== null) return { ...found, recordsPath: `${name}.${found.recordsPath}`, sure: false }
  }
  return null
}

const pick = (resolver: Resolver, members: ReadonlyMap<string, ObjectNode>, path: string): FoundList | null => {
  const lists = [...members].filter(([, member]) => typeOf(resolver, member) === 'array')
  const words = path.split(/[/.]/).map(plain)
  const named = lists.find(([name]) => USUAL.includes(plain(name))) ?? lists.find(([name]) => words.includes(plain(name)))
  const [chosen] = named === undefined ? lists.filter(([, list]) => isOfObjects(resolver, list)) : [named]
  if (chosen === undefined) return null
  const [name, list] = chosen
  return {
    recordsPath: name.includes('.') ? `/${name}` : name,
    item: resolver.resolve(list['items']),
    sure: named !== undefined && lists.length === 1,
  }
}

const isOfObjects = (resolver: Resolver, list: ObjectNode): boolean => typeOf(resolver, list['items']) === 'object'
