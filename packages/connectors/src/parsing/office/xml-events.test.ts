import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readXml } from './xml-events.js'

const read = async (xml: string): Promise<string[]> => {
  const seen: string[] = []
  const pieces = Readable.from(xml.match(/[^]{1,60000}/gu)?.map((piece) => Buffer.from(piece)) ?? [])
  await readXml(pieces, { open: (name) => void seen.push(name), close: (name) => void seen.push(`/${name}`), text: (text) => void seen.push(text) })
  return seen
}
const nested = (levels: number): string => `${'<a>'.repeat(levels)}x${'</a>'.repeat(levels)}`

describe('the XML of an Office file', () => {
  it('is read element by element, without prefixes', async () => {
    expect(await read('<w:p w:id="1"><w:t>text</w:t></w:p>')).toEqual(['p', 't', 'text', '/t', '/p'])
    expect(await read(nested(1_000))).toHaveLength(2_001)
  })

  it.each([
    ['closed', nested(1_001)],
    ['not closed', '<a>'.repeat(2_000_000)],
  ])('is refused at once when it is nested too deeply: %s', async (_, xml) => {
    const seen: string[] = []
    const pieces = Readable.from(xml.match(/[^]{1,60000}/gu)?.map((piece) => Buffer.from(piece)) ?? [])
    const reading = readXml(pieces, { open: (name) => void seen.push(name) })
    await expect(reading).rejects.toMatchObject({ reason: 'FILE_UNREADABLE', message: 'its XML has more than 1000 levels' })
    expect(seen.length).toBeLessThanOrEqual(20_000)
  })
})
