import type { Connection, FieldPacket } from 'mysql2'
import type { Chunk, RawRow } from '../../sql/read/row-source.js'
import { type ColumnType, columnTypeOf, type FieldInfo } from '../values/column-type.js'

/** Target size of a chunk in bytes. */
const CHUNK_BYTES = 2 * 1024 * 1024

/** When more than this is buffered, reading from the socket stops until someone takes it. */
const PAUSE_CHUNKS = 2

/** The rows of one running statement, one chunk at a time. */
export interface RowStream {
  /** Returns what has arrived, as soon as it fills a chunk or the rows end. Throws the server's error. */
  take(): Promise<Chunk>
  /** Whether the last row has been taken. */
  readonly ended: boolean
}

/** Sends a statement; the caller takes its rows from the returned object. The connection serves nothing else until the end. */
export const startRows = (client: Connection, text: string, fetchSize: number): RowStream => {
  const waiting = { rows: [] as RawRow[], sizes: [] as number[], bytes: 0 }
  const state: { over: boolean; error: unknown; paused: boolean; wake: (() => void) | undefined } = {
    over: false,
    error: undefined,
    paused: false,
    wake: undefined,
  }
  let decoders: readonly ((cell: Buffer) => string)[] = []
  const chunks = (): number => Math.max(waiting.rows.length / fetchSize, waiting.bytes / CHUNK_BYTES)
  const rouse = (): void => {
    state.wake?.()
    state.wake = undefined
  }
  const end = (error?: unknown): void => {
    state.over = true
    state.error ??= error
    rouse()
  }

  const query = client.query({ sql: text, rowsAsArray: true, typeCast: false })
  query.on('fields', (fields: readonly FieldPacket[]) => {
    decoders = fields.map((field) => createDecode(columnTypeOf(field as FieldInfo)))
  })
  query.on('result', (row: unknown) => {
    // A statement without rows returns an object with counts.
    if (!Array.isArray(row)) return
    let size = 0
    const cells = (row as (Buffer | null)[]).map((cell, at) => {
      if (cell === null) return null
      size += cell.length
      return decoders[at]?.(cell) ?? ''
    })
    waiting.rows.push(cells)
    waiting.sizes.push(size)
    waiting.bytes += size
    if (chunks() < 1) return
    rouse()
    if (chunks() < PAUSE_CHUNKS || state.paused) return
    state.paused = true
    client.pause()
  })
  query.on('error', end)
  query.on('end', () => end())

  return {
    get ended() {
      return state.over && waiting.rows.length === 0
    },
    async take() {
      if (!state.over && chunks() < 1) {
        await new Promise<void>((resolve) => {
          state.wake = resolve
        })
      }
      if (state.error !== undefined) throw state.error
      const chunk = { rows: waiting.rows, sizes: waiting.sizes, bytes: waiting.bytes }
      Object.assign(waiting, { rows: [], sizes: [], bytes: 0 })
      if (state.paused) {
        state.paused = false
        client.resume()
      }
      return chunk
    },
  }
}

/** Decodes a value of the text protocol to text: bytes as hexadecimal digits, bits as a decimal number, everything else as the server wrote it. */
export const createDecode = ({ kind }: ColumnType): ((cell: Buffer) => string) => {
  if (kind === 'binary' || kind === 'geometry') return (cell) => cell.toString('hex')
  if (kind === 'bit') return (cell) => (cell.length === 0 ? '0' : BigInt(`0x${cell.toString('hex')}`).toString())
  return (cell) => cell.toString('utf8')
}
