/** One entry of a payload, and its size in UTF-8. */
export interface PayloadLine {
  readonly line: string
  readonly bytes: number
}

/** Where an entry is. */
export interface Place {
  readonly at: number
  readonly bytes: number
}

/**
 * Writes the JSON array that a batch carries, one entry a line. As bytes, and at once: a text of a megabyte takes ten times as long to create, and
 * entries kept as texts until their batch is full are copied by the garbage collector meanwhile.
 */
export interface PayloadWriter {
  append(line: PayloadLine): Place
  /** The length of the payload if this entry were appended to all others. */
  lengthWith(line: Pick<PayloadLine, 'bytes'>): number
  isSame(a: Place, b: Place): boolean
  /** Returns a payload of the entries at these places only, which may be fewer than were appended, and begins the next one. */
  take(places: Iterable<Place>): Buffer
}

const FIRST_BYTES = 16_384
/** A payload waits to be stored, possibly for long, so that it should not take much more memory than it has bytes. */
const MOST_SPARE = 0.125
/** `,\n` before an entry; of the first one, the opening bracket takes the second byte. */
const BEFORE = 2

export const createPayloadWriter = (): PayloadWriter => {
  let buffer = EMPTY
  let end = 0
  let firstLength = FIRST_BYTES

  const makeRoom = (bytes: number): void => {
    if (end + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(end + bytes, buffer.length === 0 ? firstLength : 2 * buffer.length))
    buffer.copy(larger, 0, 0, end)
    buffer = larger
  }
  const bytesAt = ({ at, bytes }: Place): Buffer => buffer.subarray(at, at + bytes)
  const copy = (places: readonly Place[], payload: Buffer): void => {
    let to = payload.write('[')
    for (const [n, place] of places.entries()) {
      if (n > 0) to += payload.write(',\n', to)
      to += bytesAt(place).copy(payload, to)
    }
  }

  return {
    append({ line, bytes }) {
      // And the closing bracket.
      makeRoom(BEFORE + bytes + 1)
      end += buffer.write(end === 0 ? '[' : ',\n', end)
      const at = end
      end += buffer.write(line, at)
      return { at, bytes: end - at }
    },
    lengthWith: ({ bytes }) => (end === 0 ? 0 : end + 1) + BEFORE + bytes,
    isSame: (a, b) => bytesAt(a).equals(bytesAt(b)),
    take(places) {
      const kept = [...places]
      const length = kept.reduce((sum, { bytes }) => sum + bytes + BEFORE, 0) || BEFORE
      const isAll = length === end + 1
      const isTight = isAll && buffer.length - length <= MOST_SPARE * length
      const payload = isTight ? buffer.subarray(0, length) : Buffer.allocUnsafeSlow(length)
      if (!isTight) copy(isAll ? [{ at: 1, bytes: end - 1 }] : kept, payload)
      payload.write(']', length - 1)
      buffer = EMPTY
      end = 0
      // The next one is probably as long.
      firstLength = Math.max(FIRST_BYTES, Math.floor(length * (1 + MOST_SPARE / 2)))
      return payload
    },
  }
}

const EMPTY = Buffer.alloc(0)

/** Returns the payload of these entries. */
export const toPayload = (lines: readonly PayloadLine[]): Buffer => {
  const writer = createPayloadWriter()
  return writer.take(lines.map((line) => writer.append(line)))
}
