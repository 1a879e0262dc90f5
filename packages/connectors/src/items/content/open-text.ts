import { Failure } from '@inlet/connector-sdk'
import { createBreath } from '../../parsing/bytes/breathe.js'
import { gunzip, isGzip } from '../../parsing/bytes/gunzip.js'
import type { OpenItem } from '../listing/item.js'
import type { Format, ReadingConfig } from '../settings.js'
import { createDecoding, type TextDecoding } from './decoder.js'
import { contradiction, fixedFormat, isBinary, sniffFormat } from './detect-format.js'

const SAMPLE_BYTES = 64 * 1024

/** The text of an item, decompressed and decoded, in pieces. */
export interface OpenText {
  readonly format: Format
  /** The first 64 KiB, which come again in `pieces`. */
  readonly sample: string
  readonly pieces: AsyncIterable<string>
  readonly decoding: TextDecoding
  /** Ends the decompression; the item itself stays open. */
  close(): Promise<void>
}

/**
 * Looks at the start of an item and prepares the rest. Throws FILE_TOO_LARGE, EMPTY_FILE, CONTENT_MISMATCH, and while it
 * streams ARCHIVE_BOMB and FILE_UNREADABLE.
 */
export const openText = async (item: OpenItem, name: string, config: ReadingConfig): Promise<OpenText> => {
  if (item.size > config.maxFileBytes) throw new Failure('FILE_TOO_LARGE', `the file has more than maxFileBytes (${config.maxFileBytes})`)
  const raw = item.bytes[Symbol.asyncIterator]()
  const first = await raw.next()
  const rest = chain(first.done === true ? [] : [first.value], raw)
  const bytes = first.done !== true && isGzip(first.value) ? gunzip(rest, config) : rest
  try {
    const start = await takeStart(bytes)
    if (start.length === 0) throw new Failure('EMPTY_FILE', 'the file has no content')
    const decoding = createDecoding(config.encoding)
    const sample = decoding.write(start)
    const format = judge(sample, name, config)
    return { format, sample, decoding, pieces: decodeRest(sample, bytes, decoding), close: async () => void (await bytes.return()) }
  } catch (thrown) {
    await bytes.return()
    throw thrown
  }
}

const judge = (sample: string, name: string, config: ReadingConfig): Format => {
  if (sample.trim() === '') throw new Failure('EMPTY_FILE', 'the file holds nothing but white space')
  const format = fixedFormat(name, config) ?? (isBinary(sample) ? 'text' : sniffFormat(sample))
  const why = contradiction(format, sample)
  if (why !== null) throw new Failure('CONTENT_MISMATCH', why)
  return format
}

async function* chain(start: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* start
  for (let step = await rest.next(); step.done !== true; step = await rest.next()) yield step.value
}

/** Takes the start without ending the iteration, as `for await` would. */
const takeStart = async (bytes: AsyncGenerator<Buffer, void, void>): Promise<Buffer> => {
  const parts: Buffer[] = []
  let length = 0
  while (length < SAMPLE_BYTES) {
    const step = await bytes.next()
    if (step.done === true) break
    parts.push(step.value)
    length += step.value.length
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
}

async function* decodeRest(sample: string, bytes: AsyncGenerator<Buffer, void, void>, decoding: TextDecoding): AsyncGenerator<string, void, void> {
  const breathe = createBreath()
  yield sample
  for await (const chunk of bytes) {
    await breathe()
    yield decoding.write(chunk)
  }
  const tail = decoding.end()
  if (tail !== '') yield tail
}
