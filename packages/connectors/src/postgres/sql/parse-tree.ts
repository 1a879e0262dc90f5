/** A node of the parser's tree: an object with one key naming its type, a list, or a value. */
export type TreeNode = { readonly [key: string]: unknown }

export const isNode = (value: unknown): value is TreeNode => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Calls `visit` with the type and content of every node below `root`, without recursion: the depth is the author's choice. */
export const walkTree = (root: unknown, visit: (type: string, content: unknown) => void): void => {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (Array.isArray(value)) {
      for (const item of value) open.push(item)
    } else if (isNode(value)) {
      for (const [type, content] of Object.entries(value)) {
        visit(type, content)
        if (typeof content === 'object') open.push(content)
      }
    }
  }
}

/** The parts of a dotted name: `[{ String: { sval } }, …]`. */
export const namePartsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((part: unknown) => (isNode(part) && isNode(part['String']) ? String(part['String']['sval']) : '')) : []
