/** Latin text or markup in UTF-16 has a zero in almost every second byte, always on the same side. Null for anything else. */
export const detectUtf16 = (sample: Buffer): 'utf-16le' | 'utf-16be' | null => {
  const pairs = Math.min(sample.length, 4096) >> 1
  if (pairs < 2) return null
  let even = 0
  let odd = 0
  for (let pair = 0; pair < pairs; pair++) {
    if (sample[pair * 2] === 0) even++
    if (sample[pair * 2 + 1] === 0) odd++
  }
  if (odd > pairs * 0.4 && even < pairs * 0.02) return 'utf-16le'
  return even > pairs * 0.4 && odd < pairs * 0.02 ? 'utf-16be' : null
}
