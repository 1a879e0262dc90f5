import { pathToFileURL } from 'node:url'
import { writerOf } from './parquet-values.mjs'

const PIECE_CHARS = 256 * 1024
/** Limit for one row group, whose columns are held in memory together. */
const MAX_GROUP_BYTES = 1024 * 1024 * 1024

const refuse = (reason, message) => Object.assign(new Error(message), { reason })

/** Yields one line per row, row group by row group. */
export async function* readParquet(file, { libraries }) {
  const [{ parquetMetadataAsync, parquetSchema, parquetRead }, { compressors }, { isListLike, isMapLike }] = await Promise.all(
    ['hyparquet', 'hyparquet-compressors', 'hyparquet-schema'].map((name) => import(pathToFileURL(libraries[name]).href)),
  )
  const buffer = {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const bytes = await file.readAt(start, Math.min(end, file.size))
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    },
  }
  const metadata = await parquetMetadataAsync(buffer, { geoparquet: false })
  const columns = parquetSchema(metadata).children.map((node) => ({ name: node.element.name, write: writerOf(node, { isListLike, isMapLike }) }))
  let groupStart = 0
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows)
    if (Number(group.total_byte_size) > MAX_GROUP_BYTES)
      throw refuse(
        'FILE_TOO_LARGE',
        `a row group of the Parquet file has ${group.total_byte_size} bytes; groups of up to ${MAX_GROUP_BYTES} are read`,
      )
    yield* groupLines({ parquetRead, buffer, metadata, compressors, columns, rowStart: groupStart, rowEnd: groupStart + rows })
    groupStart += rows
  }
}

async function* groupLines({ parquetRead, buffer, metadata, compressors, columns, rowStart, rowEnd }) {
  const chunks = new Map(columns.map(({ name }) => [name, []]))
  await parquetRead({
    file: buffer,
    metadata,
    compressors,
    rowStart,
    rowEnd,
    utf8: false,
    geoparquet: false,
    parsers: PARSERS,
    onChunk: (chunk) => chunks.get(chunk.columnName)?.push(chunk),
  })
  const readers = columns.map(({ name, write }) => ({ start: `${JSON.stringify(name)}:`, write, at: valuesOf(chunks.get(name)) }))
  let piece = ''
  for (let row = rowStart; row < rowEnd; row++) {
    piece += `{${readers.map(({ start, write, at }) => start + write(at(row))).join(',')}}\n`
    if (piece.length >= PIECE_CHARS) {
      yield piece
      piece = ''
    }
  }
  if (piece !== '') yield piece
}

/** Returns the value of a column by row; rows are requested in order. */
const valuesOf = (chunks) => {
  const ordered = [...chunks].sort((a, b) => a.rowStart - b.rowStart)
  let current = 0
  return (row) => {
    while (current < ordered.length - 1 && row >= ordered[current].rowEnd) current++
    const chunk = ordered[current]
    return chunk?.columnData[row - chunk.rowStart]
  }
}

/** The library would turn values that no JavaScript date can represent into dates, and round numbers in JSON. */
const decoder = new TextDecoder()
const PARSERS = {
  timestampFromNanoseconds: (nanos) => ({ nanos }),
  jsonFromBytes: (bytes) => (bytes === undefined ? bytes : { json: decoder.decode(bytes) }),
}
