import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node } from 'yaml'

/** A position in a file, for display: lines and columns count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something in a file that cannot be used. */
export interface FileProblem extends FilePlace {
  readonly message: string
}

/** Files that cannot be used, with every problem found. */
export class FilesInvalid extends Error {
  override readonly name = 'FilesInvalid'
  readonly problems: readonly FileProblem[]
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

/** `sources.yaml:12:7: message`, as editors and CI systems recognize it. */
export const formatProblem = ({ file, line, column, message }: FileProblem): string => `${file}:${line}:${column}: ${message}`

/** Finds the position of a value in a file. */
export interface Positions {
  /** Returns the position of the value at a path, or of its nearest existing parent. */
  ofValue(path: readonly PropertyKey[]): FilePlace
  /** Returns the position of a member's name. */
  ofKey(path: readonly PropertyKey[]): FilePlace
  ofOffset(offset: number): FilePlace
}

export const createPositions = (file: string, document: Document, lines: LineCounter): Positions => {
  const ofOffset = (offset: number): FilePlace => locate({ file, lines, offset })
  const ofValue = (path: readonly PropertyKey[]): FilePlace => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return ofOffset(node.range[0])
    }
    return ofOffset(0)
  }
  const ofKey = (path: readonly PropertyKey[]): FilePlace => {
    const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
    if (!isMap(parent)) return ofValue(path)
    const key = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)))?.key as
      | Node
      | undefined
    return key?.range ? ofOffset(key.range[0]) : ofValue(path)
  }
  return { ofValue, ofKey, ofOffset }
}

/** Returns the position of an offset in characters. */
export const locate = ({ file, lines, offset }: { readonly file: string; readonly lines: LineCounter; readonly offset: number }): FilePlace => {
  const { line, col } = lines.linePos(offset)
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
}
