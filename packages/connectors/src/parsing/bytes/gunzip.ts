import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Failure } from '@inlet/connector-sdk'

export interface GunzipLimits {
  readonly maxExpandedBytes: number
  readonly maxExpansionRatio: number
}

/** Below this size the ratio does not matter: a small file of zeros harms no one. */
const RATIO_FROM = 64 * 1024 * 1024

export const isGzip = (start: Buffer): boolean => start[0] === 0x1f && start[1] === 0x8b

/** Expands gzip as it streams. Throws ARCHIVE_BOMB beyond a limit, FILE_UNREADABLE when it is damaged or ends too early. */
export async function* gunzip(source: AsyncIterable<Buffer>, limits: GunzipLimits): AsyncGenerator<Buffer, void, void> {
  const counts = { in: 0, out: 0 }
  const input = Readable.from(counted(source, counts))
  const output = createGunzip({ chunkSize: 64 * 1024 })
  input.on('error', (error) => output.destroy(error))
  input.pipe(output)
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      counts.out += chunk.length
      limitExpansion(counts, limits)
      yield chunk
    }
  } catch (thrown) {
    throw toGzipFailure(thrown)
  } finally {
    output.destroy()
    input.destroy()
  }
}

async function* counted(source: AsyncIterable<Buffer>, counts: { in: number }): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of source) {
    counts.in += chunk.length
    yield chunk
  }
}

/** Throws ARCHIVE_BOMB when more came out than the limits allow for what went in. */
export const limitExpansion = (counts: { readonly in: number; readonly out: number }, limits: GunzipLimits): void => {
  if (counts.out > limits.maxExpandedBytes)
    throw new Failure('ARCHIVE_BOMB', `the file expands to more than maxExpandedBytes (${limits.maxExpandedBytes})`)
  if (counts.out > RATIO_FROM && counts.out > counts.in * limits.maxExpansionRatio)
    throw new Failure('ARCHIVE_BOMB', `the file expands more than ${limits.maxExpansionRatio} times (maxExpansionRatio)`)
}

const toGzipFailure = (thrown: unknown): unknown => {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (!code.startsWith('Z_')) return thrown
  const why = code === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged'
  return new Failure('FILE_UNREADABLE', `the gzip data ${why}`, { cause: thrown })
}
