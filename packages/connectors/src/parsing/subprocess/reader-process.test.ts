import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import { makeEncryptedPdf, makePdf } from '../fixtures/make-pdf.js'
import { readPdf } from '../pdf/read-pdf.js'
import { createReaderProcesses, type RandomAccess } from './reader-process.js'

const processes = createReaderProcesses()
afterAll(() => processes[Symbol.asyncDispose]())
const { signal } = new AbortController()

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const inMemory = (bytes: Buffer): RandomAccess => ({ size: bytes.length, readAt: (start, end) => Promise.resolve(bytes.subarray(start, end)) })
const pdf = (bytes: Buffer, maxPages = 100) => all(readPdf(inMemory(bytes), { processes, signal, maxPages }))
const parquet = async (bytes: Buffer) => {
  const pieces = await all(processes.lines({ kind: 'parquet', file: inMemory(bytes), signal }))
  return pieces.join('').trimEnd().split('\n')
}

describe('a PDF', () => {
  it('yields its title, its pages and their text', async () => {
    expect(await pdf(makePdf(['First (page)', 'Second'], { Title: 'Report', Author: 'Ada' }))).toEqual([
      { document: { title: 'Report', pages: 2, info: expect.objectContaining({ Title: 'Report', Author: 'Ada' }) } },
      { page: 1, text: 'First (page)' },
      { page: 2, text: 'Second' },
    ])
  })

  it.each([
    ['encrypted', makeEncryptedPdf(), /needs a password/],
    ['cut off', Buffer.from('%PDF-1.4\n1 0 obj'), /cannot be read/],
  ])('that is %s is refused', async (_what, bytes, message) => {
    await expect(pdf(bytes)).rejects.toMatchObject({ reason: 'FILE_UNREADABLE', message: expect.stringMatching(message) })
  })

  it('with more pages than allowed is refused', async () => {
    await expect(pdf(makePdf(['1', '2', '3']), 2)).rejects.toMatchObject({ reason: 'FILE_TOO_LARGE' })
  })
})

describe('a Parquet file', () => {
  it('keeps every digit, fraction and byte', async () => {
    const writer = new ByteWriter()
    void parquetWrite({
      writer,
      columnData: [
        { name: 'id', data: [9007199254740993n, -1n], type: 'INT64' },
        { name: 'name', data: ['Grüße', null], type: 'STRING' },
        { name: 'flag', data: [true, false], type: 'BOOLEAN' },
        { name: 'ratio', data: [0.1, Number.NaN], type: 'DOUBLE' },
        { name: 'at', data: [new Date('2024-05-01T12:00:00.250Z'), null], type: 'TIMESTAMP' },
        { name: 'tags', data: [['a', 'b'], []], type: 'JSON' },
      ],
    })
    expect(await parquet(Buffer.from(writer.getBuffer()))).toEqual([
      '{"id":9007199254740993,"name":"Grüße","flag":true,"ratio":0.1,"at":"2024-05-01T12:00:00.25Z","tags":["a","b"]}',
      '{"id":-1,"name":null,"flag":false,"ratio":"NaN","at":null,"tags":[]}',
    ])
  })

  it('that is damaged is refused', async () => {
    await expect(parquet(Buffer.from('PAR1 no more than this PAR1'))).rejects.toMatchObject({ reason: 'FILE_UNREADABLE' })
  })
})

it('ends the process when no one wants the rest, and starts another', async () => {
  const file = inMemory(makePdf(['1', '2']))
  for await (const _event of readPdf(file, { processes, signal })) break
  expect(await all(readPdf(file, { processes, signal }))).toHaveLength(3)
})

it('stops when it is cancelled', async () => {
  const controller = new AbortController()
  const reading = processes.lines({ kind: 'pdf', file: { size: 100, readAt: () => new Promise(() => undefined) }, signal: controller.signal })
  const first = reading.next()
  setImmediate(() => controller.abort())
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
})
