import type { RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
beforeEach(async () => void (fixture = await createFileFixture()))
afterEach(() => fixture[Symbol.asyncDispose]())

const all = () => ({ paths: [`${fixture.root}/**`] })
const keys = (store: RecordStore, stream: string) => [...store.snapshot(stream).keys()]
const csv = (rows: number): string => ['id', ...Array.from({ length: rows }, (_, n) => String(n + 1))].join('\n').concat('\n')
const refusalOf = (run: Awaited<ReturnType<FileFixture['run']>>) => run.caveats.MASS_DELETE_REFUSED

describe('a file that has lost most of its rows', () => {
  it.each([
    ['down to its header', 'prices.csv', csv(50), csv(0)],
    ['down to less than half', 'prices.csv', csv(50), csv(24)],
    ['that is an empty list', 'prices.json', JSON.stringify(Array.from({ length: 50 }, (_, id) => ({ id }))), '[]'],
  ])('%s keeps them, and says so in every run', async (_, name, before, after) => {
    await fixture.write('others.csv', csv(3))
    await fixture.write(name, before)
    const first = await fixture.run(all())
    expect(refusalOf(first)).toMatchObject({ count: 0, of: 2 })
    const { store } = first
    await fixture.write(name, after)
    for (const _run of [1, 2]) {
      const run = await fixture.run(all(), { store })
      expect(run.deleted).toBe(0)
      expect(refusalOf(run)).toMatchObject({ count: 1, examples: [expect.stringMatching(new RegExp(`${name} has \\d+ rows, and had 50$`, 'u'))] })
      expect(keys(store, 'rows')).toHaveLength(53)
    }
  })

  it('loses them once that is confirmed, and is then left alone', async () => {
    await fixture.write('prices.csv', csv(50))
    const { store } = await fixture.run(all())
    await fixture.write('prices.csv', csv(2))
    await fixture.run(all(), { store })
    expect((await fixture.run(all(), { store, allowMassDelete: true })).deleted).toBe(48)
    expect(keys(store, 'rows')).toHaveLength(2)
    const last = await fixture.run(all(), { store })
    expect(last).toMatchObject({ emitted: 0, deleted: 0 })
    expect(refusalOf(last)).toBeUndefined()
  })

  it('needs no confirmation once the rows are back', async () => {
    await fixture.write('prices.csv', csv(50))
    const { store } = await fixture.run(all())
    await fixture.write('prices.csv', csv(0))
    await fixture.run(all(), { store })
    await fixture.write('prices.csv', csv(49))
    const run = await fixture.run(all(), { store })
    expect(run.deleted).toBe(1)
    expect(refusalOf(run)).toMatchObject({ count: 0, of: 1 })
  })

  it.each([
    ['half of them', 50, 25],
    ['twenty of them', 21, 1],
  ])('may lose %s', async (_, before, after) => {
    await fixture.write('prices.csv', csv(before))
    const { store } = await fixture.run(all())
    await fixture.write('prices.csv', csv(after))
    expect((await fixture.run(all(), { store })).deleted).toBe(before - after)
  })

  it('takes them along when it is deleted', async () => {
    await fixture.write('others.csv', csv(1))
    await fixture.write('prices.csv', csv(50))
    const { store } = await fixture.run(all())
    await fixture.remove('prices.csv')
    await fixture.run(all(), { store })
    expect(keys(store, 'rows')).toHaveLength(1)
  })
})
