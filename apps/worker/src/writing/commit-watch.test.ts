import { until } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { createCommitWatch } from './commit-watch.js'

describe('createCommitWatch', () => {
  it('queries all watched runs at once, survives errors, and pauses when there are none', async () => {
    const asked: string[][] = []
    const errors: unknown[] = []
    let fail = true
    const query = async ({ values: [ids] }: { values: [string[]] }) => {
      asked.push(ids)
      if (fail) throw new Error('away')
      return { rows: ids.map((runId) => ({ runId, highWaterMark: 7, errorReason: null })) }
    }
    const watch = createCommitWatch({ keyed: { query } } as never, (error) => errors.push(error))
    const seen = new Map<string, number>()
    const stopA = watch.watch('a', (state) => seen.set('a', state.highWaterMark))
    const stopB = watch.watch('b', (state) => seen.set('b', state.highWaterMark))
    await until(() => errors.length > 0)
    fail = false
    await until(() => seen.size === 2)
    expect(asked.at(-1)).toEqual(['a', 'b'])
    stopA()
    await until(() => asked.at(-1)?.length === 1)
    stopB()
    await watch.close()
    const again = createCommitWatch({ keyed: { query } } as never, () => {})
    again.watch('c', (state) => seen.set('c', state.highWaterMark))
    await until(() => seen.has('c'))
    await again.close()
  })
})
