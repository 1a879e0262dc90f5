import { createRecordStore } from '@inlet/connector-sdk/testing'
import { expect, it } from 'vitest'
import { loadStored } from './seed.js'

const store = createRecordStore()
const mark = JSON.stringify({ c: 'c', h: 'h', d: 3, g: 7 })
const record = (key: string, validator?: string) => ({
  stream: 'pages',
  key,
  kind: 'document' as const,
  data: {},
  ...(validator === undefined ? {} : { validator }),
})
store
  .beginRun({ name: 'pages', kind: 'document', incremental: true, deletes: 'sweep' })
  .apply({ records: [record('http://a/1', mark), record('http://a/2', 'of another kind'), record('http://a/3')] })

it('loads marks, and never trusts those it cannot read', async () => {
  const { marks, generation, complete } = await loadStored(store.known, 10, new AbortController().signal)
  expect(marks.get('http://a/1')).toMatchObject({ d: 3, g: 7 })
  expect(marks.get('http://a/2')?.g).toBe(Number.POSITIVE_INFINITY)
  expect({ size: marks.size, generation, complete }).toEqual({ size: 3, generation: 7, complete: true })
})

it('is bounded', async () => {
  const { marks, complete } = await loadStored(store.known, 2, new AbortController().signal)
  expect({ size: marks.size, complete }).toEqual({ size: 2, complete: false })
})
