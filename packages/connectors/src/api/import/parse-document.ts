import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { Failure, timeoutSignal } from '@inlet/connector-sdk'
import type { Node } from './node.js'

/** Limit for a document, in bytes. */
export const MAX_DOCUMENT_BYTES = 15 * 1024 * 1024
const TIMEOUT_MS = 9_000
const MEMORY_MB = 1024

/**
 * Parses a document in JSON or YAML. YAML is parsed in a separate thread with limits on time and memory, because large files take seconds and
 * small ones can be crafted to. Throws IMPORT_UNREADABLE.
 */
export const parseDocument = async (text: string, signal: AbortSignal): Promise<Node> => {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) throw new Failure('IMPORT_UNREADABLE', `the document has more than ${MAX_DOCUMENT_BYTES} bytes`)
  const json = /^\uFEFF?\s*\{/.test(text) ? parseJson(text.replace(/^\uFEFF/, '')) : undefined
  return json ?? parseJson(await toJson(text, signal))
}

const parseJson = (text: string): Node => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Far deeper than people write. The library recurses, and a stack overflow may end the whole process, not only the thread. */
const MAX_LEVELS = 500

/** The code of the thread; not a file of its own, so that it is the same from source and from dist. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads')
const { Composer, Lexer, Parser } = require(workerData.library)
const readTokens = (text) => {
  const parser = new Parser()
  const tokens = []
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > ${MAX_LEVELS}) throw new Error('it is nested too deeply')
  }
  return [...tokens, ...parser.end()]
}
try {
  const [document] = new Composer({ uniqueKeys: false, prettyErrors: false }).compose(readTokens(workerData.text), true, workerData.text.length)
  if (document.errors.length > 0) throw document.errors[0]
  parentPort.postMessage({ json: JSON.stringify(document.toJS({ maxAliasCount: 1000 })) ?? 'null' })
} catch (error) {
  parentPort.postMessage({ problem: String(error.message).split('\\n')[0].slice(0, 300) })
}`

const toJson = (text: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const library = createRequire(import.meta.url).resolve('yaml')
    const thread = new Worker(CODE, {
      eval: true,
      env: {},
      execArgv: [],
      workerData: { text, library },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    const limit = timeoutSignal(TIMEOUT_MS, signal)
    const finishOnce = (finish: () => void): void => {
      limit.removeEventListener('abort', onAbort)
      void thread.terminate()
      finish()
    }
    const refuse = (why: string): void => finishOnce(() => reject(new Failure('IMPORT_UNREADABLE', why)))
    const onAbort = (): void => refuse(`the document could not be read within ${TIMEOUT_MS / 1000} s; send it as JSON`)
    if (limit.aborted) return onAbort()
    limit.addEventListener('abort', onAbort, { once: true })
    thread.once('error', () => refuse('the document needs too much memory'))
    thread.once('exit', () => refuse('the document could not be read'))
    thread.once('message', (message: { readonly json?: string; readonly problem?: string }) => {
      const { json } = message
      if (json === undefined) refuse(`the document is neither JSON nor YAML: ${message.problem ?? ''}`)
      else finishOnce(() => resolve(json))
    })
  })
