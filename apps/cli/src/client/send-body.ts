import type { LocalFile } from './local-file.js'

export interface BodyOptions {
  /** When nothing is taken for so long, the request is given up. */
  readonly idleMs: number
  /** Called with the bytes that were sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

export interface FileBody {
  readonly init: Omit<RequestInit, 'headers'>
  readonly headers: Readonly<Record<string, string>>
  /** Why the file could not be sent to its end; the request itself only says that it failed. */
  readonly failure: () => Error | undefined
  /** Ends the watch. */
  readonly done: () => void
}

/** A file as the body of a request that may take as long as it moves. */
export const toBody = (file: LocalFile, { idleMs, onSent }: BodyOptions): FileBody => {
  const idle = new AbortController()
  const timer = setTimeout(() => idle.abort(new DOMException(`nothing moved for ${idleMs / 1_000} s`, 'TimeoutError')), idleMs)
  let sent = 0
  let failure: Error | undefined
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    let waiting: Uint8Array | null = null
    let read = 0
    for await (const piece of bytesOf(file)) {
      read += piece.byteLength
      // The last piece is held back until it is known to be the last: with all announced bytes the API would take the beginning of a longer file.
      if (read > file.size) throw changed()
      if (waiting !== null) yield* send(waiting)
      waiting = piece
    }
    if (read !== file.size) throw changed()
    if (waiting !== null) yield* send(waiting)
  }
  const send = function* (piece: Uint8Array): Generator<Uint8Array> {
    timer.refresh()
    yield piece
    sent += piece.byteLength
    onSent?.(sent)
  }
  const changed = (): Error => {
    failure = new Error(`${file.name} was changed while it was sent: send it again once it is complete`)
    return failure
  }
  const bytesOf = async function* ({ name, open }: LocalFile): AsyncGenerator<Uint8Array> {
    try {
      yield* open()
    } catch (error) {
      failure = new Error(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      throw failure
    }
  }
  return {
    // A stream has no length of its own; with it the API refuses what is too large at once.
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.size) },
    init: {
      body: counted() as unknown as RequestInit['body'],
      // Node needs it for a body that is a stream.
      duplex: 'half',
      signal: idle.signal,
    } as RequestInit,
    failure: () => failure,
    done: () => clearTimeout(timer),
  }
}
