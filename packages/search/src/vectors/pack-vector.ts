const SCALE = 32_767

/** Packs a vector of length 1 for storage: 16 bits per dimension, which changes a cosine by less than a thousandth. */
export const packVector = (vector: Float32Array): Uint8Array => {
  const packed = Buffer.alloc(vector.length * 2)
  for (const [n, value] of vector.entries()) packed.writeInt16LE(Math.max(-SCALE, Math.min(SCALE, Math.round(value * SCALE))), n * 2)
  return packed
}

/** Returns the cosine between a vector of length 1 and a stored one. */
export const cosine = (vector: Float32Array, packed: Uint8Array): number => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let sum = 0
  for (const [n, value] of vector.entries()) sum += value * view.getInt16(n * 2, true)
  return sum / SCALE
}

/** Returns the sign of each dimension: the closer two vectors are, the fewer of these differ. */
export const signBits = (vector: Float32Array): string => {
  let bits = ''
  for (const value of vector) bits += value > 0 ? '1' : '0'
  return bits
}
