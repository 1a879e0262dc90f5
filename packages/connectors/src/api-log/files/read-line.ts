import { isAscii } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { RecordKey, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'
import { replaceNul } from '../../parsing/html/cut-text.js'
import type { LogConfig } from '../config.js'
import { createFilter } from '../filter/create-filter.js'
import { createLineParser } from '../line/create-line-parser.js'
import { REQUESTS, toEvent } from '../to-event.js'
import type { LogFile } from './list-logs.js'

const RAW_CHARS = 2000

export interface LineText {
  readonly text: string
  readonly block: Buffer
  /** Its start in the block, and that of the next one. */
  readonly from: number
  readonly next: number
  /** In bytes. */
  readonly length: number
}

/** Turns the lines of one log into records. */
export interface LogLines {
  split(block: Buffer): Iterable<LineText>
  /** Returns null for a line that is blank, a comment or filtered out. */
  read(line: LineText, offset: number, number: number): SourceRecord | RejectedRecord | null
  overlong(offset: number, number: number): RejectedRecord
}

export interface LineToRecord {
  /** `head`: what identifies the log. */
  of(file: LogFile, head: string): LogLines
}

/**
 * Creates a reader of lines. The key of a line is [head, offset, checksum]: the same wherever a log is read and under whatever name, and different
 * for different lines, even where two logs begin alike.
 */
export const createLineToRecord = (config: LogConfig): LineToRecord => {
  const parse = createLineParser(config)
  const isWanted = createFilter(config)
  return {
    of(file, head) {
      const key = (offset: number, crc: number): RecordKey => (config.folderInKey ? [file.folder, head, offset, crc] : [head, offset, crc])
      return {
        split: splitLines,
        read({ text, block, from, length }, offset, number) {
          // Computed only for lines that have a key: most may be filtered out.
          const keyOf = (): RecordKey => key(offset, crc32(block.subarray(from, from + length)))
          if (length > config.maxLineBytes) return tooLong(config, file, key(offset, 0), number)
          const line = text.endsWith('\r') ? text.slice(0, -1) : text
          if (line === '' || line.startsWith('#') || line.trim() === '') return null
          const parsed = parse(line)
          if (typeof parsed === 'string')
            return {
              stream: REQUESTS,
              key: keyOf(),
              reason: 'RECORD_INVALID',
              message: `${file.name}: line ${number} ${parsed}`,
              raw: line.slice(0, RAW_CHARS),
            }
          return isWanted(parsed) ? toEvent(keyOf(), parsed) : null
        },
        overlong: (offset, number) => tooLong(config, file, key(offset, 0), number),
      }
    },
  }
}

const tooLong = (config: LogConfig, file: LogFile, key: RecordKey, number: number): RejectedRecord => ({
  stream: REQUESTS,
  key,
  reason: 'RECORD_TOO_LARGE',
  message: `${file.name}: line ${number} has more than maxLineBytes (${config.maxLineBytes})`,
})

/** Splits a block that ends with a line break into lines. Blocks of ASCII, as most are, are decoded at once. */
function* splitLines(block: Buffer): Generator<LineText, void, void> {
  const whole = isAscii(block) ? block.toString('latin1') : null
  for (let from = 0; from < block.length; ) {
    const end = block.indexOf(10, from)
    const text = whole === null ? block.toString('utf8', from, end) : whole.slice(from, end)
    yield { text: text.includes('\0') ? replaceNul(text.replace(/^\0+/, '')) : text, block, from, next: end + 1, length: end - from }
    from = end + 1
  }
}
