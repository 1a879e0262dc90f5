import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { Failure } from '@inlet/domain'

/** The codings we advertise. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'
const MAX_LAYERS = 2

/** Codings that compress and that we cannot undo; any other name that is no coding (`utf-8`, `none`, `binary`) is a mistake and has no effect. */
const NOT_UNDONE = new Set('compress x-compress zstd x-zstd dcb dcz bzip2 x-bzip2 lzma xz lz4 snappy pack200-gzip exi aes128gcm'.split(' '))

/**
 * Returns the codings of a Content-Encoding header in the order to undo them. Throws UPSTREAM_INVALID
 * for one that cannot be undone, and for more than two.
 */
export const parseCodings = (contentEncoding: string | undefined): readonly string[] => {
  if (contentEncoding === undefined) return []
  const names = contentEncoding.toLowerCase().split(',')
  const codings = names.map((name) => name.trim().replace(/^"|"$/g, '')).filter((name) => KNOWN.has(name) || NOT_UNDONE.has(name))
  if (codings.length > MAX_LAYERS) throw new Failure('UPSTREAM_INVALID', `the body is compressed ${codings.length} times over`)
  const unknown = codings.find((name) => NOT_UNDONE.has(name))
  if (unknown !== undefined) throw new Failure('UPSTREAM_INVALID', `the body has the Content-Encoding "${unknown}", which cannot be undone`)
  return codings.reverse()
}
const KNOWN = new Set(['gzip', 'x-gzip', 'br', 'deflate'])

/** Creates the streams that undo the codings. `deflate` means zlib by the standard but raw deflate to some servers: the first byte shows which. */
export const createDecoders = async (message: IncomingMessage, codings: readonly string[]): Promise<readonly Transform[]> => {
  const raw = codings[0] === 'deflate' && ((await peekByte(message)) & 0x0f) !== 0x08
  return codings.map((coding, layer) => {
    if (coding === 'br') return createBrotliDecompress()
    if (coding !== 'deflate') return createGunzip()
    return raw && layer === 0 ? createInflateRaw() : createInflate()
  })
}

const ZLIB_FIRST_BYTE = 0x78

/** Returns the first byte of the body without consuming it; zlib's when the body is empty. */
const peekByte = async (message: IncomingMessage): Promise<number> => {
  while (!message.destroyed && !message.readableEnded) {
    const chunk: unknown = message.read()
    if (Buffer.isBuffer(chunk) && chunk.length > 0) {
      message.unshift(chunk)
      return chunk[0] ?? ZLIB_FIRST_BYTE
    }
    await new Promise<void>((resolve) => {
      const on = () => {
        for (const name of PROGRESS) message.off(name, on)
        resolve()
      }
      for (const name of PROGRESS) message.on(name, on)
    })
  }
  return ZLIB_FIRST_BYTE
}
const PROGRESS = ['readable', 'end', 'close', 'error'] as const
