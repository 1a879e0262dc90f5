import { asObject, asText, isObject, type Node, type ObjectNode } from './node.js'

/** Follows references within one document. */
export interface Resolver {
  /** Returns the object a node stands for; `{}` for what is not an object, or a reference that is dangling, circular or external. */
  resolve(node: Node): ObjectNode
  /** External references encountered; they are never fetched. */
  readonly remote: ReadonlySet<string>
}

const MAX_HOPS = 30

export const createResolver = (root: ObjectNode): Resolver => {
  const remote = new Set<string>()
  const resolve = (node: Node): ObjectNode => {
    let current = asObject(node)
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const reference = asText(current['$ref'])
      if (reference === '') return current
      if (!reference.startsWith('#')) {
        if (remote.size < 20) remote.add(reference.slice(0, 200))
        return {}
      }
      current = asObject(follow(root, reference))
    }
    return {}
  }
  return { resolve, remote }
}

/** Follows a JSON pointer in a fragment (RFC 6901); only own members count. */
const follow = (root: ObjectNode, reference: string): Node => {
  let current: Node = root
  for (const step of reference.slice(1).split('/').slice(1)) {
    const name = decode(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if ((!isObject(current) && !Array.isArray(current)) || !Object.hasOwn(current, name)) return undefined
    current = Reflect.get(current, name)
  }
  return current
}

const decode = (step: string): string => {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
