import type { SourceRecord } from '@inlet/connector-sdk'
import { expect, it } from 'vitest'
import { createOutbox } from './outbox.js'

const record = (key: string): SourceRecord => ({ stream: 'pages', key, kind: 'document', data: {} })
const progress = () => ({ done: 0 })

it('cuts pages by records and bytes, then gives the last one', async () => {
  const outbox = createOutbox({ onRoom: () => undefined })
  for (let i = 0; i < 150; i++) outbox.put(record(`${i}`), 10)
  outbox.put(record('big'), 2_000_000)
  outbox.put(record('after'), 10)
  outbox.end({ records: [], sweep: {} })
  const sizes: number[] = []
  for (let page = await outbox.take(progress); page !== null; page = await outbox.take(progress)) sizes.push(page.records.length)
  expect(sizes).toEqual([100, 50, 1, 1, 0])
})

it('has no room while the consumer is behind, and signals when it has again', async () => {
  let room = 0
  const outbox = createOutbox({ onRoom: () => room++ })
  for (let i = 0; i < 200; i++) outbox.put(record(`${i}`), 10)
  expect(outbox.hasRoom).toBe(false)
  await outbox.take(progress)
  expect(outbox.hasRoom).toBe(true)
  expect(room).toBe(1)
})

it('releases what there is after a while', async () => {
  const outbox = createOutbox({ onRoom: () => undefined, flushMs: 1 })
  outbox.putUnchanged('a')
  expect(await outbox.take(progress)).toMatchObject({ unchanged: ['a'] })
})

it('fails at once', async () => {
  const outbox = createOutbox({ onRoom: () => undefined })
  const taken = outbox.take(progress)
  outbox.fail(new Error('broken'))
  await expect(taken).rejects.toThrow('broken')
})
