import { setImmediate } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'
import { Parser } from 'htmlparser2'
import { extendScope, ourName, type Scope } from './xml-names.js'
import { absolute, type XmlNode } from './xml-node.js'

const SLICE_CHARS = 65_536
/** The parser's stack takes quadratic time in the nesting depth. */
const MAX_DEPTH = 200
const MAX_HEAD_NODES = 5_000

export interface XmlReading {
  readonly url: string
  /** Names of the elements that are passed on one by one and not kept in the tree. */
  readonly entries: ReadonlySet<string>
  /** Returns whether more are wanted. */
  onEntry(node: XmlNode): boolean
}

/**
 * Reads XML in slices, tolerating what feeds get wrong (stray ampersands, HTML entities), and returns the root without its entries,
 * and whether the document was cut off. The only entities are those of XML itself, so none can expand.
 * Throws UPSTREAM_INVALID when it is nested too deep, CONTENT_MISMATCH when it has no element.
 */
export const readXml = async (text: string, reading: XmlReading): Promise<{ readonly root: XmlNode; readonly cut: boolean }> => {
  const stack: { readonly node: XmlNode; readonly scope: Scope; readonly entry: boolean }[] = []
  const state: { root?: XmlNode; cut: boolean; done: boolean; nodes: number } = { cut: false, done: false, nodes: 0 }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const parent = stack.at(-1)
        if (stack.length >= MAX_DEPTH) throw new Failure('UPSTREAM_INVALID', `${reading.url} is nested more than ${MAX_DEPTH} levels deep`)
        const scope = extendScope(parent?.scope ?? new Map(), attributes)
        const node: XmlNode = {
          name: ourName(scope, name),
          attributes,
          base: absolute(attributes['xml:base'], parent?.node.base ?? reading.url) ?? parent?.node.base ?? reading.url,
          language: attributes['xml:lang'] ?? parent?.node.language,
          parts: [],
        }
        const entry = parent?.entry === true || reading.entries.has(node.name)
        const isKept = parent !== undefined && (parent.entry || (!entry && ++state.nodes <= MAX_HEAD_NODES))
        if (isKept) parent.node.parts.push(node)
        else state.root ??= node
        stack.push({ node, scope, entry })
      },
      ontext(data) {
        stack.at(-1)?.node.parts.push(data)
      },
      onclosetag(_, implied) {
        const closed = stack.pop()
        if (closed === undefined) return
        // At the end of the text, the parser closes elements that are still open.
        if (implied && state.done) state.cut = true
        if (implied && state.done && closed.entry) return
        if (closed.entry && stack.at(-1)?.entry !== true && !reading.onEntry(closed.node)) throw new Enough()
      },
    },
    { xmlMode: true },
  )
  try {
    for (let at = 0; at < text.length; at += SLICE_CHARS) {
      if (at > 0) await setImmediate()
      parser.write(text.slice(at, at + SLICE_CHARS))
    }
    state.done = true
    parser.end()
  } catch (thrown) {
    if (!(thrown instanceof Enough)) throw thrown
  }
  if (state.root === undefined) throw new Failure('CONTENT_MISMATCH', `${reading.url} is not a feed: it has no XML element`)
  return { root: state.root, cut: state.cut }
}

/** Stops parsing once enough entries were read. */
class Enough extends Error {}
