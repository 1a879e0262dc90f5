import { describe, expect, it } from 'vitest'
import { createPayloadWriter, type PayloadLine, toPayload } from './payload-writer.js'

const lineOf = (value: unknown): PayloadLine => {
  const line = JSON.stringify(value)
  return { line, bytes: Buffer.byteLength(line) }
}

describe('createPayloadWriter', () => {
  it('writes a JSON array, one entry a line', () => {
    expect(String(toPayload([{ a: 1 }, 'é😀', null].map(lineOf)))).toBe('[{"a":1},\n"é😀",\nnull]')
    expect(String(toPayload([lineOf(1)]))).toBe('[1]')
    expect(String(toPayload([]))).toBe('[]')
  })

  it('leaves out what is not asked for', () => {
    const writer = createPayloadWriter()
    const places = ['first', 'gone', 'third', 'gone'].map((value) => writer.append(lineOf(value)))
    expect(String(writer.take(places.filter((_, n) => n % 2 === 0)))).toBe('["first",\n"third"]')
    expect(String(writer.take([writer.append(lineOf('next'))]))).toBe('["next"]')
  })

  it('says how long the payload would be', () => {
    const lines = ['a', 'ü'.repeat(20_000), { c: [] }].map(lineOf)
    const writer = createPayloadWriter()
    const announced = lines.map((line) => {
      const length = writer.lengthWith(line)
      writer.append(line)
      return length
    })
    expect(announced).toEqual([1, 2, 3].map((count) => toPayload(lines.slice(0, count)).length))
  })

  it('compares entries', () => {
    const writer = createPayloadWriter()
    const [a, b, c] = [writer.append(lineOf('same')), writer.append(lineOf('same')), writer.append(lineOf('other'))]
    expect(writer.isSame(a, b)).toBe(true)
    expect(writer.isSame(a, c)).toBe(false)
  })

  it('hands out payloads that later ones do not change, and that take hardly more memory than they have bytes', () => {
    const writer = createPayloadWriter()
    for (const count of [3, 1_000, 40, 900, 1]) {
      const values = Array.from({ length: count }, (_, n) => ({ n, text: 'x'.repeat(300) }))
      const payload = writer.take(values.map((value) => writer.append(lineOf(value))))
      writer.take([writer.append(lineOf('y'.repeat(400_000)))])
      expect(JSON.parse(String(payload))).toEqual(values)
      expect(payload.buffer.byteLength).toBeLessThanOrEqual(payload.length * 1.13)
    }
  })
})
