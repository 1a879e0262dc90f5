import type { ColumnType } from './column-type.js'

/** A value of the text protocol as text: bytes as hexadecimal digits, bits as a decimal number, everything else as the server wrote it. */
export const createDecode = ({ kind }: ColumnType): ((cell: Buffer) => string) => {
  if (kind === 'binary' || kind === 'geometry') return (cell) => cell.toString('hex')
  if (kind === 'bit') return (cell) => (cell.length === 0 ? '0' : BigInt(`0x${cell.toString('hex')}`).toString())
  return (cell) => cell.toString('utf8')
}
