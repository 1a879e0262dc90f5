/** XML without its document type. */
export interface WithoutDoctype {
  readonly text: string
  /** References to entities that are declared as more than plain characters, and stay as text. */
  readonly left: readonly string[]
}

/** The longest document type; its end is not searched for beyond this. */
const MAX_DOCTYPE_CHARS = 65_536
const MAX_ENTITIES = 500
const MAX_ENTITY_CHARS = 200
/** How much entities may make a document grow; further references stay as text. */
const MAX_GROWTH_CHARS = 1_048_576
const PREDEFINED = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])

/**
 * Removes the document type of XML: external definitions are not fetched, and internal entities count only if they stand for plain
 * characters, so that entities in entities cannot expand. Null when the document type does not end. Pure, in linear time.
 */
export const stepOverDoctype = (text: string): WithoutDoctype | null => {
  const start = findDoctype(text)
  if (start === -1) return { text, left: [] }
  const end = endOfDoctype(text, start)
  if (end === -1) return null
  const { plain, others } = readEntities(text.slice(start, end))
  const rest = text.slice(end)
  if (plain.size === 0 && others.size === 0) return { text: text.slice(0, start) + rest, left: [] }
  const replaced = replaceEntities(rest, plain, others)
  return { text: text.slice(0, start) + replaced.text, left: replaced.left }
}

/** It precedes the first element; only a declaration, comments and instructions may come before it. */
const findDoctype = (text: string): number => {
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('<', at)
    if (next === -1) return -1
    if (/^<!doctype/i.test(text.slice(next, next + 9))) return next
    const close = text.startsWith('<!--', next) ? '-->' : text.startsWith('<?', next) ? '?>' : null
    const end = close === null ? -1 : text.indexOf(close, next)
    if (close === null || end === -1) return -1
    at = end + close.length
  }
  return -1
}

/** Returns the position after its `>`, ignoring those in quotes, comments and the internal subset. */
const endOfDoctype = (text: string, start: number): number => {
  let depth = 0
  const limit = Math.min(text.length, start + MAX_DOCTYPE_CHARS)
  for (let at = start + 2; at < limit; at++) {
    const char = text[at]
    if (char === '"' || char === "'") at = indexOrEnd(text, char, at + 1)
    else if (text.startsWith('<!--', at)) at = indexOrEnd(text, '-->', at)
    else if (char === '[' || char === '<') depth++
    else if (char === ']') depth--
    else if (char === '>' && depth === 0) return at + 1
    else if (char === '>') depth--
  }
  return -1
}

const indexOrEnd = (text: string, wanted: string, from: number): number => {
  const at = text.indexOf(wanted, from)
  return at === -1 ? text.length : at + wanted.length - 1
}

const ENTITY = /<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\b)/g

const readEntities = (doctype: string): { readonly plain: ReadonlyMap<string, string>; readonly others: ReadonlySet<string> } => {
  const plain = new Map<string, string>()
  const others = new Set<string>()
  for (const [, name = '', double, single] of doctype.matchAll(ENTITY)) {
    // The first declaration of a name counts.
    if (plain.has(name) || others.has(name) || PREDEFINED.has(name)) continue
    const value = plainValue(double ?? single)
    if (value !== null && plain.size < MAX_ENTITIES) plain.set(name, value)
    else others.add(name)
  }
  return { plain, others }
}

/** Returns the characters an entity stands for; null if there is more to it: elements, further entities, or a file. */
const plainValue = (value: string | undefined): string | null => {
  if (value === undefined || value.length > MAX_ENTITY_CHARS) return null
  const decoded = value.replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_reference, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0 ? '\ufffd' : String.fromCodePoint(code)
  })
  return /[<&%]/.test(decoded) ? null : decoded
}

/** Replaces references outside comments and CDATA. */
const replaceEntities = (text: string, plain: ReadonlyMap<string, string>, others: ReadonlySet<string>): WithoutDoctype => {
  const parts: string[] = []
  const left = new Set<string>()
  let from = 0
  let growth = 0
  for (let at = nextMark(text, 0); at !== -1; at = nextMark(text, at)) {
    if (text[at] === '<') {
      at = indexOrEnd(text, text.startsWith('<!--', at) ? '-->' : ']]>', at) + 1
      continue
    }
    const name = /^&([A-Za-z_][\w.-]{0,60});/.exec(text.slice(at, at + 64))?.[1]
    const value = name === undefined ? undefined : plain.get(name)
    if (name !== undefined && (others.has(name) || (value !== undefined && growth > MAX_GROWTH_CHARS))) left.add(name)
    if (name !== undefined && value !== undefined && growth <= MAX_GROWTH_CHARS) {
      parts.push(text.slice(from, at), value)
      growth += value.length
      at += name.length + 2
      from = at
    } else at++
  }
  parts.push(text.slice(from))
  return { text: parts.join(''), left: [...left] }
}

const MARK = /&|<!--|<!\[CDATA\[/g

const nextMark = (text: string, from: number): number => {
  MARK.lastIndex = from
  return MARK.exec(text)?.index ?? -1
}
