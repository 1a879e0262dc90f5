import { Failure } from '@inlet/connector-sdk'
import { SaxesParser } from 'saxes'
import { createYield } from '../bytes/yield-to-loop.js'

export interface XmlHandler {
  /** Names come without their prefix. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  close?(name: string): void
  text?(text: string): void
}

/** Returns the value of an attribute whatever its prefix, which is arbitrary in XML; one without a prefix takes precedence. */
export const attributeOf = (attributes: Readonly<Record<string, string>>, name: string): string | undefined => {
  const plain = attributes[name]
  if (plain !== undefined) return plain
  for (const key in attributes) if (key.endsWith(`:${name}`)) return attributes[key]
  return undefined
}

/** Far more than any program writes. Open elements cost time, all at once, when the part ends without its closing tags. */
const MAX_DEPTH = 1_000

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Parses a part of an Office file, element by element as its bytes arrive; yields after each piece. Throws FILE_UNREADABLE, XML_DTD_NOT_ALLOWED. */
export async function* xmlEvents(bytes: AsyncIterable<Buffer>, handler: XmlHandler): AsyncGenerator<void, void, void> {
  const parser = new SaxesParser()
  const decoder = new TextDecoder()
  const found: { failure?: Failure } = {}
  parser.on('error', (error) => {
    found.failure ??= new Failure('FILE_UNREADABLE', `its XML is broken: ${error.message.slice(0, 200)}`)
  })
  parser.on('doctype', () => {
    found.failure ??= new Failure('XML_DTD_NOT_ALLOWED', 'XML with a DOCTYPE is not read')
  })
  let depth = 0
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1
    if (depth > MAX_DEPTH) found.failure ??= new Failure('FILE_UNREADABLE', `its XML has more than ${MAX_DEPTH} levels`)
    handler.open?.(local(name), attributes)
  })
  parser.on('closetag', ({ name }) => {
    depth -= 1
    handler.close?.(local(name))
  })
  parser.on('text', (text) => handler.text?.(text))
  parser.on('cdata', (text) => handler.text?.(text))
  const yieldToLoop = createYield()
  for await (const chunk of bytes) {
    parser.write(decoder.decode(chunk, { stream: true }))
    if (found.failure !== undefined) throw found.failure
    yield
    await yieldToLoop()
  }
  parser.write(decoder.decode()).close()
  if (found.failure !== undefined) throw found.failure
  yield
}

/** Parses a whole part. */
export const readXml = async (bytes: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> => {
  for await (const _piece of xmlEvents(bytes, handler)) void 0
}
