import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGrouping } from './grouping.js'

/** Work that ends when the test ends it. */
const openWork = () => {
  const groups: { readonly items: readonly number[]; readonly end: () => void; readonly fail: (error: Error) => void }[] = []
  const work = (items: readonly number[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => groups.push({ items, end: () => resolve(items.map((item) => `result ${item}`)), fail: reject }))
  return { groups, work }
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('createGrouping', () => {
  it('begins with a single item at once, and takes together what arrives meanwhile', async () => {
    const { groups, work } = openWork()
    const call = createGrouping({ work, most: 10 })
    const first = call(1)
    await nextTurn()
    const others = [2, 3].map(call)
    await nextTurn()
    expect(groups.map(({ items }) => items)).toEqual([[1]])
    groups[0]?.end()
    await nextTurn()
    expect(groups.map(({ items }) => items)).toEqual([[1], [2, 3]])
    groups[1]?.end()
    expect(await Promise.all([first, ...others])).toEqual(['result 1', 'result 2', 'result 3'])
  })

  it('takes at most so many at a time', async () => {
    const sizes: number[] = []
    const call = createGrouping({
      work: async (items: readonly number[]) => {
        sizes.push(items.length)
        return items
      },
      most: 3,
    })
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(call))
    expect(sizes).toEqual([3, 3, 2])
  })

  it('waits for more items if it is given a time for that', async () => {
    const sizes: number[] = []
    const call = createGrouping({
      work: async (items: readonly number[]) => {
        sizes.push(items.length)
        return items
      },
      most: 10,
      waitMs: 20,
    })
    const first = call(1)
    await nextTurn()
    await Promise.all([first, call(2)])
    expect(sizes).toEqual([2])
  })

  it('fails with the work when the item was alone, and continues with the next', async () => {
    const { groups, work } = openWork()
    const call = createGrouping({ work, most: 10 })
    const first = call(1)
    await nextTurn()
    const second = call(2)
    groups[0]?.fail(new Error('no answer'))
    await expect(first).rejects.toThrow('no answer')
    await nextTurn()
    groups[1]?.end()
    expect(await second).toBe('result 2')
  })

  it('fails when the work gives too few results', async () => {
    const call = createGrouping({ work: async () => [], most: 10 })
    await expect(call(1)).rejects.toThrow('1 items gave 0 results')
  })

  it('lets only those items fail that fail alone, and gives each caller its own result', async () => {
    const items = fc.array(fc.record({ item: fc.nat(), isBad: fc.boolean(), after: fc.nat(3) }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 8 }), async (calls, most) => {
        const call = createGrouping({
          work: async (group: readonly { readonly item: number; readonly isBad: boolean }[]) => {
            await nextTurn()
            expect(group.length).toBeLessThanOrEqual(most)
            if (group.some(({ isBad }) => isBad)) throw new Error('a bad item')
            return group.map(({ item }) => item)
          },
          most,
        })
        const results = await Promise.allSettled(
          calls.map(async ({ after, ...item }) => {
            for (let i = 0; i < after; i += 1) await nextTurn()
            return call(item)
          }),
        )
        const seen = results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))
        expect(seen).toEqual(calls.map(({ item, isBad }) => (isBad ? 'failed' : item)))
      }),
      { numRuns: 50 },
    )
  })
})
