// Writes Parquet values as exact JSON: whole numbers and decimals with all their digits, times as ISO 8601 with all their
// fractions and with Z only if the file says UTC, bytes of columns not annotated as text as base64, so that a column has one shape.

/** Returns a function that converts a column's values to JSON. Changes the schema: types it writes itself come raw from the library. */
export const writerOf = (node, kinds) => {
  const { element, children } = node
  if (kinds.isListLike(node)) {
    const [list] = node.children
    const inner = list.children.length === 1 ? list.children[0] : list
    return nullable(listWriter(valueWriter(inner, kinds)))
  }
  const write = valueWriter(node, kinds)
  return element.repetition_type === 'REPEATED' && !(children.length === 0 && element.inList) ? nullable(listWriter(write)) : write
}

const valueWriter = (node, kinds) => {
  if (kinds.isListLike(node)) return writerOf(node, kinds)
  if (kinds.isMapLike(node)) {
    const write = writerOf(node.children[0].children[1], kinds)
    return nullable(
      (value) =>
        `{${Object.entries(value)
          .map(([key, item]) => `${JSON.stringify(key)}:${write(item)}`)
          .join(',')}}`,
    )
  }
  if (node.children.length > 0 && node.element.logical_type?.type !== 'VARIANT') {
    const members = node.children.map((child) => ({ name: child.element.name, write: writerOf(child, kinds) }))
    return nullable((value) => `{${members.map(({ name, write }) => `${JSON.stringify(name)}:${write(value[name])}`).join(',')}}`)
  }
  return nullable(leafWriter(node.element))
}

const nullable = (write) => (value) => (value === undefined || value === null ? 'null' : write(value))
const listWriter = (write) => (values) => `[${Array.from(values, write).join(',')}]`

const UNITS = { MILLIS: 3, MICROS: 6, NANOS: 9 }

const leafWriter = (element) => {
  const { logical_type: logical, converted_type: converted } = element
  const raw = () => {
    element.converted_type = undefined
    element.logical_type = undefined
  }
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = element.scale ?? logical?.scale ?? 0
    raw()
    return (value) => decimal(toInteger(value), scale)
  }
  if (logical?.type === 'TIMESTAMP' || converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') {
    const digits = UNITS[logical?.unit] ?? (converted === 'TIMESTAMP_MILLIS' ? 3 : 6)
    const zone = logical === undefined || logical.isAdjustedToUTC ? 'Z' : ''
    raw()
    return (value) => JSON.stringify(timestamp(BigInt(value), digits) + zone)
  }
  if (logical?.type === 'DATE' || converted === 'DATE') {
    raw()
    return (value) => JSON.stringify(timestamp(BigInt(value) * 86_400_000n, 3).slice(0, -'T00:00:00'.length))
  }
  if (logical?.type === 'TIME' || converted === 'TIME_MILLIS' || converted === 'TIME_MICROS') {
    const digits = UNITS[logical?.unit] ?? (converted === 'TIME_MILLIS' ? 3 : 6)
    raw()
    return (value) => JSON.stringify(timestamp(BigInt(value), digits).replace(/^.*T/, ''))
  }
  if (converted === 'ENUM' || logical?.type === 'ENUM') return (value) => JSON.stringify(value instanceof Uint8Array ? text.decode(value) : value)
  if (logical?.type === 'JSON' && converted !== 'JSON') return (value) => plain(value instanceof Uint8Array ? { json: text.decode(value) } : value)
  if (converted === 'BSON' || converted === 'INTERVAL') raw()
  return plain
}

const plain = (value) => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value))
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'))
  if (typeof value !== 'object') return JSON.stringify(value)
  if ('nanos' in value) return JSON.stringify(`${timestamp(value.nanos, 9)}Z`)
  if ('json' in value) return isJson(value.json) ? value.json.replaceAll(/[\r\n]/g, ' ') : JSON.stringify(value.json)
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(plain).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${plain(item)}`)
    .join(',')}}`
}

const text = new TextDecoder()

const isJson = (json) => {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

/** Reads two's complement, most significant byte first, if the value is bytes. */
const toInteger = (value) => {
  if (!(value instanceof Uint8Array)) return BigInt(value)
  if (value.length === 0) return 0n
  return BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`))
}

const decimal = (unscaled, scale) => {
  if (scale === 0) return unscaled.toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Formats a count of 10^-digits seconds since 1970 as ISO 8601 without a zone and without trailing zeros. */
const timestamp = (count, digits) => {
  const perSecond = 10n ** BigInt(digits)
  const fraction = ((count % perSecond) + perSecond) % perSecond
  const seconds = (count - fraction) / perSecond
  const millis = Number(seconds) * 1000
  if (!Number.isFinite(millis) || Math.abs(millis) > 8.64e15) return `${count}e-${digits}`
  const whole = new Date(millis).toISOString().replace(/\.000Z$/, '')
  const rest = fraction.toString().padStart(digits, '0').replace(/0+$/, '')
  return rest === '' ? whole : `${whole}.${rest}`
}
