/** What a value of a column is, as far as reading it is concerned. */
export type Kind =
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'double'
  | 'bit'
  | 'timestamp'
  | 'datetime'
  | 'date'
  | 'time'
  | 'json'
  | 'binary'
  | 'geometry'
  | 'enum'
  | 'set'
  | 'text'

export interface ColumnType {
  readonly kind: Kind
  /** Decimals of numbers and of seconds. */
  readonly decimals: number
  /** Bits of a `bit` column. */
  readonly length: number
}

/** The part of a column definition that determines the type (MySQL manual, Protocol::ColumnDefinition41). */
export interface FieldInfo {
  readonly columnType?: number | undefined
  readonly characterSet?: number | undefined
  readonly columnLength?: number | undefined
  readonly decimals?: number | undefined
  readonly flags?: number | readonly string[] | undefined
  /** `json` for columns of MariaDB, where JSON is text with a check. */
  readonly extendedFormat?: string | undefined
}

/** The protocol's type numbers (include/field_types.h). Strings and blobs are distinguished below. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [0, 'decimal'],
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [4, 'float'],
  [5, 'double'],
  [7, 'timestamp'],
  [8, 'bigint'],
  [9, 'integer'],
  [10, 'date'],
  [11, 'time'],
  [12, 'datetime'],
  [13, 'integer'],
  [14, 'date'],
  [16, 'bit'],
  [242, 'binary'],
  [245, 'json'],
  [246, 'decimal'],
  [247, 'enum'],
  [248, 'set'],
  [255, 'geometry'],
])
const ENUM_FLAG = 256
const SET_FLAG = 2048
/** Number of the character set `binary`. */
const BINARY = 63
/** Marks a value without a fixed number of decimals. */
const NOT_FIXED = 31

export const columnTypeOf = (field: FieldInfo): ColumnType => {
  const decimals = field.decimals ?? 0
  return { kind: kindOf(field), decimals: decimals >= NOT_FIXED ? 0 : decimals, length: field.columnLength ?? 0 }
}

const kindOf = ({ columnType = 253, flags, characterSet, extendedFormat }: FieldInfo): Kind => {
  const known = KINDS.get(columnType)
  if (known !== undefined) return known
  const bits = typeof flags === 'number' ? flags : 0
  if (extendedFormat === 'json') return 'json'
  if ((bits & ENUM_FLAG) !== 0) return 'enum'
  if ((bits & SET_FLAG) !== 0) return 'set'
  return characterSet === BINARY ? 'binary' : 'text'
}
