import { stringify } from 'yaml'
import type { Terminal } from '../terminal/terminal.js'

export const OUTPUTS = ['table', 'wide', 'yaml', 'name', 'json'] as const
export type Output = (typeof OUTPUTS)[number]

export interface OutputFlags {
  readonly output?: Output
  /** The same as `output: 'json'`. */
  readonly json?: boolean
}

/** What a command shows: a document in the shape of the API's response, and its readable form. */
export interface Shown {
  readonly document: unknown
  readonly lines: () => readonly string[]
  /** The readable form with more columns; default: the same lines. */
  readonly wide?: () => readonly string[]
  /** The references that other commands accept, one per line; default: slug, name or id of the document's items. */
  readonly names?: () => readonly string[]
}

export const outputOf = ({ output, json }: OutputFlags): Output => (json ? 'json' : (output ?? 'table'))

/** Returns the lines of a command in the requested form. */
export const toLines = (output: Output, { document, lines, wide, names }: Shown): readonly string[] => {
  if (output === 'json') return [JSON.stringify(document, null, 2)]
  if (output === 'yaml') return [stringify(document).trimEnd()]
  if (output === 'name') return names === undefined ? namesOf(document) : names()
  return output === 'wide' && wide !== undefined ? wide() : lines()
}

/** Prints them. */
export const print = ({ terminal }: { readonly terminal: Pick<Terminal, 'line'> }, flags: OutputFlags, shown: Shown): void => {
  for (const line of toLines(outputOf(flags), shown)) terminal.line(line)
}

/** Whether the output is for people, not programs. */
export const isForPeople = (flags: OutputFlags): boolean => ['table', 'wide'].includes(outputOf(flags))

interface Identified {
  readonly id: string
  readonly [member: string]: unknown
}

/** Formats one of many consecutive documents: JSON on a line, YAML after `---`, or the given readable line. */
export const toStreamLine = (flags: OutputFlags, document: Identified, line: () => string): string => {
  const output = outputOf(flags)
  if (output === 'json') return JSON.stringify(document)
  if (output === 'yaml') return `---\n${stringify(document).trimEnd()}`
  return output === 'name' ? document.id : line()
}

interface Named {
  readonly slug?: unknown
  readonly name?: unknown
  readonly id?: unknown
}

const namesOf = (document: unknown): readonly string[] => {
  const { items = [document] } = document as { readonly items?: readonly unknown[] }
  return items.map((item) => {
    const { slug, name, id } = item as Named
    const found = [slug, id, name].find((value) => typeof value === 'string')
    if (found === undefined) throw new Error('this has no names to print; use -o json or -o yaml')
    return found
  })
}
