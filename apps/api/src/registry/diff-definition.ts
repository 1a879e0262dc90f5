import type { DefinitionChange } from '@inlet/contract'
import { canonicalJson } from '@inlet/domain'

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null)

/** What differs, by path: objects member by member, lists and all else as a whole. Null and absent are the same. */
export const diffDefinition = (before: Tree, after: Tree, path: readonly string[] = []): readonly DefinitionChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [left, right] = [before[name], after[name]]
    if (same(left, right)) return []
    const here = [...path, name]
    if (isTree(left) && isTree(right)) return diffDefinition(left, right, here)
    return [{ path: here.join('.'), ...(left == null ? {} : { before: left }), ...(right == null ? {} : { after: right }) }]
  })
