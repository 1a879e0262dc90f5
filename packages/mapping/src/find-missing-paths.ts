import jsonata from 'jsonata'

interface Node {
  readonly type?: string
  readonly value?: unknown
  readonly steps?: readonly Node[]
  readonly predicate?: unknown
  readonly stages?: unknown
}

/** Nodes inside which names still refer to the whole record; elsewhere they refer to something else. */
const CONTEXT_KEEPERS = new Set(['unary', 'binary', 'condition', 'block', 'function', 'bind', 'apply', 'sort'])
const MAX_PATHS = 200

/**
 * Returns paths of an expression, such as `data.titel`, that find nothing in any of these records: a name that is mistyped, or gone at the source.
 * What is inside paths, filters and the expression's own functions is ignored, because its context differs. Pure; empty if it is no expression.
 */
export const findMissingPaths = (expression: string, records: readonly unknown[]): readonly string[] => {
  if (records.length === 0) return []
  const missing = pathsOf(expression).filter((path) => records.every((record) => find(record, path).length === 0))
  return [...new Set(missing.map((path) => path.join('.')))]
}

const pathsOf = (expression: string): readonly (readonly string[])[] => {
  const paths: (readonly string[])[] = []
  const pending: unknown[] = [parse(expression)]
  for (let node = pending.pop(); node !== undefined && paths.length < MAX_PATHS; node = pending.pop()) {
    if (Array.isArray(node)) pending.push(...(node as unknown[]))
    else if (typeof node === 'object' && node !== null) visit(node, paths, pending)
  }
  return paths
}

const parse = (expression: string): unknown => {
  try {
    return jsonata(expression).ast()
  } catch {
    return null
  }
}

const visit = (node: Node, paths: (readonly string[])[], pending: unknown[]): void => {
  if (node.type === 'path') {
    const names = leadingNames(node.steps ?? [])
    if (names.length > 0) paths.push(names)
    else if (node.steps?.[0] !== undefined && node.steps[0].type !== 'variable') pending.push(node.steps[0])
    return
  }
  if (node.type === 'name') return
  if (node.type !== undefined && !CONTEXT_KEEPERS.has(node.type)) return
  pending.push(...Object.values(node).filter((child) => typeof child === 'object' && child !== null))
}

/** Returns the names a path begins with, up to its first filter or computed step. */
const leadingNames = (steps: readonly Node[]): readonly string[] => {
  const names: string[] = []
  for (const step of steps) {
    if (step.type !== 'name' || typeof step.value !== 'string') break
    names.push(step.value)
    if (step.predicate !== undefined || step.stages !== undefined) break
  }
  return names
}

/** Returns what a path finds in a value; searches lists, as JSONata does. */
const find = (value: unknown, path: readonly string[]): readonly unknown[] => {
  const found = [value].flat(20)
  const [name, ...rest] = path
  if (name === undefined) return found.filter((one) => one !== undefined)
  return found.flatMap((one) =>
    typeof one === 'object' && one !== null && Object.hasOwn(one, name) ? find((one as Record<string, unknown>)[name], rest) : [],
  )
}
