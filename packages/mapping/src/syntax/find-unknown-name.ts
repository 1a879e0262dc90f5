/** The functions of JSONata 2.2. */
export const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  `sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains replace split join
  formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power boolean not map zip filter single reduce sift keys lookup
  append exists spread merge reverse each error assert type sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent
  decodeUrl toMillis fromMillis`.split(/\s+/u),
)

const NOT_A_RULE = 'gives another result each time, so that no record would ever count as unchanged'

/** Functions of JSONata that a mapping may not use, and why. */
export const REFUSED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['eval', 'runs text as an expression, which cannot be checked'],
  ['now', `${NOT_A_RULE}; records carry fetchedAt`],
  ['millis', `${NOT_A_RULE}; records carry fetchedAt`],
  ['random', NOT_A_RULE],
  ['shuffle', NOT_A_RULE],
])

export interface UnknownName {
  /** Without the `$`. */
  readonly name: string
  /** Where the name ends, in UTF-16 units. */
  readonly end: number
  readonly message: string
}

interface Found {
  readonly bound: Set<string>
  readonly used: { readonly name: string; readonly end: number; readonly called: boolean }[]
}

/** Returns the first `$name` of a syntax tree that is refused, or neither a function of JSONata nor bound anywhere in the expression. */
export const findUnknownName = (tree: unknown): UnknownName | undefined => {
  const found: Found = { bound: new Set(), used: [] }
  collect(tree, found)
  for (const { name, end, called } of found.used.toSorted((a, b) => a.end - b.end)) {
    if (found.bound.has(name)) continue
    const refusal = REFUSED_FUNCTIONS.get(name)
    if (refusal !== undefined) return { name, end, message: `the function $${name} is not allowed: it ${refusal}` }
    if (KNOWN_FUNCTIONS.has(name)) continue
    return { name, end, message: called ? `there is no function $${name}` : `the variable $${name} has no value` }
  }
  return undefined
}

/** Visits every node, whatever its type, without recursion: a long chain makes a deep tree. */
const collect = (tree: unknown, found: Found): void => {
  const pending: unknown[] = [tree]
  const seen = new Set<object>()
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null || seen.has(node)) continue
    seen.add(node)
    if (!Array.isArray(node)) collectNames(node, found)
    pending.push(...Object.values(node).filter((child) => typeof child === 'object' && child !== null))
  }
}

const collectNames = (node: object, { bound, used }: Found): void => {
  const { type, value, position, lhs, arguments: args, procedure, focus, index } = node as Readonly<Record<string, unknown>>
  for (const name of [focus, index]) if (typeof name === 'string') bound.add(name)
  if (type === 'bind') bound.add(nameOf(lhs) ?? '')
  if (type === 'lambda' && Array.isArray(args)) for (const arg of args) bound.add(nameOf(arg) ?? '')
  const called = nameOf(procedure)
  if (called !== undefined) push(used, called, procedure as object, true)
  if (type === 'variable' && typeof value === 'string' && typeof position === 'number') push(used, value, node, false)
}

const push = (used: Found['used'], name: string, node: object, called: boolean): void => {
  const { position } = node as { position?: unknown }
  // "$" and "$$" are the input.
  if (name !== '' && name !== '$' && typeof position === 'number') used.push({ name, end: position, called })
}

const nameOf = (node: unknown): string | undefined => {
  if (typeof node !== 'object' || node === null) return undefined
  const { type, value } = node as Readonly<Record<string, unknown>>
  return type === 'variable' && typeof value === 'string' ? value : undefined
}
