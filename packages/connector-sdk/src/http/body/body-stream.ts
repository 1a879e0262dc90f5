import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'
import { Failure } from '@inlet/domain'
import type { Deadline } from '../deadline.js'
import { toNetworkFailure } from '../translate-error.js'

export interface BodyOptions {
  /** The request, for messages. */
  readonly target: string
  /** Limit on the decompressed body. */
  readonly maxBytes: number
  readonly deadline: Deadline
}

/**
 * Opens the decompressed, bounded body of a response. Its errors are failures: RESPONSE_TOO_LARGE, TIMEOUT, CANCELLED,
 * CONNECTION_LOST (also for a truncated body), UPSTREAM_INVALID. Ends the deadline when it closes. For a response that has already
 * ended, returns a body that has failed.
 */
export const openBody = (message: IncomingMessage, decoders: readonly Transform[], options: BodyOptions): Readable => {
  const body = new BoundedBody(options)
  body.on('error', () => undefined)
  const { signal } = options.deadline
  // Each transport ends an aborted response in its own way, and some of them look like a complete body.
  const onAbort = (): void => void body.destroy(toBodyFailure(undefined, options))
  signal.addEventListener('abort', onAbort, { once: true })
  body.once('close', () => signal.removeEventListener('abort', onAbort))
  const ended = endOf(message, options)
  if (ended !== null) {
    body.destroy(ended)
    message.destroy()
    return body
  }
  // The callback keeps pipeline from throwing; the error reaches the reader through `body`.
  pipeline([message, ...decoders, body], () => undefined)
  return body
}

/** Reads the whole body into one buffer, without the cost of an extra stream when there is nothing to decompress. Fails like `openBody`. */
export const readWhole = (message: IncomingMessage, decoders: readonly Transform[], options: BodyOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { signal } = options.deadline
    const last = decoders.at(-1) ?? message
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (): void => {
      signal.removeEventListener('abort', fail)
      options.deadline.done()
    }
    const fail = (error?: unknown): void => {
      finish()
      reject(toBodyFailure(error, options))
      message.destroy()
      for (const decoder of decoders) decoder.destroy()
    }
    // No event is emitted for what has already happened.
    const ended = endOf(message, options)
    if (ended !== null) return fail(ended)
    signal.addEventListener('abort', fail, { once: true })
    last.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > options.maxBytes) fail(tooLarge(options))
      else chunks.push(chunk)
    })
    last.once('end', () => {
      finish()
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes))
    })
    last.once('error', fail)
    if (last === message) message.once('close', () => fail(new Error('the connection closed')))
    else pipeline([message, ...decoders], (error) => error && fail(error))
  })

/** Why a response whose body is about to be read will yield nothing more; null while it still may. */
const endOf = (message: IncomingMessage, options: BodyOptions): Failure | null => {
  if (options.deadline.signal.aborted) return toBodyFailure(undefined, options)
  if (message.errored !== null) return toBodyFailure(message.errored, options)
  return message.destroyed && !message.readableEnded ? toBodyFailure(new Error('the connection closed'), options) : null
}

class BoundedBody extends Transform {
  readonly #options: BodyOptions
  #bytes = 0

  constructor(options: BodyOptions) {
    super()
    this.#options = options
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#options.maxBytes) callback(tooLarge(this.#options))
    else callback(null, chunk)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const ended = this.readableEnded || error === null
    this.#options.deadline.done()
    callback(ended ? null : toBodyFailure(error, this.#options))
  }
}

const toBodyFailure = (error: unknown, { deadline, target }: BodyOptions): Failure =>
  toNetworkFailure(deadline.signal.aborted ? deadline.signal.reason : error, target)

export const tooLarge = (options: { target: string; maxBytes: number }): Failure =>
  new Failure('RESPONSE_TOO_LARGE', `${options.target}: the answer is larger than ${options.maxBytes} bytes`)
