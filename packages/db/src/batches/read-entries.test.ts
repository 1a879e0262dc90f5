import { describe, expect, it } from 'vitest'
import { readEntries } from './read-entries.js'

const read = (...lines: readonly string[]) => readEntries(Buffer.from(`[${lines.join(',\n')}]`))

describe('readEntries', () => {
  it('leaves the data of upserts as it was written, whatever texts and numbers it has', () => {
    const data = '{"big":12345678901234567890,"data":{"data":1},"e":1e400,"t":",\\"data\\":{}"}'
    const line = `{"s":"main","k":"a","h":"00","o":"u","c":"11","kind":"row","text":"x,\\"data\\":{","data":${data}}`
    const { upserts, others } = read(line)
    expect(others).toEqual([])
    expect(upserts).toEqual([
      { s: 'main', k: 'a', h: '00', o: 'u', c: '11', kind: 'row', text: 'x,"data":{', json: Buffer.from(data), bytes: line.length },
    ])
  })

  it('finds what follows the data of an entry that comes out of quarantine', () => {
    const line = '{"s":"main","k":"a","h":"00","o":"u","data":{"v":{"qid":"1"}},"qid":"7","qe":1,"qs":2}'
    const { upserts } = read(line)
    expect(upserts).toEqual([
      { s: 'main', k: 'a', h: '00', o: 'u', json: Buffer.from('{"v":{"qid":"1"}}'), bytes: line.length, qid: '7', qe: 1, qs: 2 },
    ])
  })

  it('keeps deletes, unchanged keys and quarantine entries apart, in their order', () => {
    const lines = [
      '{"s":"main","k":"b","h":"01","o":"d"}',
      '{"s":"main","k":"","h":"02","o":"n"}',
      '{"s":"main","k":"c","h":"","o":"q","r":"RECORD_INVALID","m":"bad","rec":"{\\"data\\":{}}"}',
    ]
    expect(read(...lines)).toEqual({ upserts: [], others: lines.map((line) => JSON.parse(line)) })
  })

  it('finds nothing in an empty payload', () => {
    expect(read()).toEqual({ upserts: [], others: [] })
  })
})
