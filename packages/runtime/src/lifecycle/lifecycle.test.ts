import { describe, expect, it } from 'vitest'
import { createLifecycle, withLifecycle } from './lifecycle.js'

describe('createLifecycle', () => {
  it('closes in reverse order, one at a time', async () => {
    const seen: string[] = []
    const lifecycle = createLifecycle()
    lifecycle.defer('pool', () => seen.push('pool'))
    lifecycle.defer('queue', async () => {
      seen.push('queue begins')
      await new Promise((resolve) => setImmediate(resolve))
      seen.push('queue ends')
    })
    expect(await lifecycle.close()).toEqual([])
    expect(seen).toEqual(['queue begins', 'queue ends', 'pool'])
  })

  it('continues after an error and after a closer that never ends, and reports both', async () => {
    const seen: string[] = []
    const logged: object[] = []
    const lifecycle = createLifecycle({ error: (fields) => logged.push(fields) })
    lifecycle.defer('first', () => seen.push('first'))
    lifecycle.defer('hangs', () => new Promise(() => {}), { timeoutMs: 5 })
    lifecycle.defer('throws', () => {
      throw new Error('broken')
    })
    const failures = await lifecycle.close()
    expect(failures.map(({ name, error }) => [name, String(error)])).toEqual([
      ['throws', 'Error: broken'],
      ['hangs', 'DeadlineError: closing hangs took longer than 5 ms'],
    ])
    expect(seen).toEqual(['first'])
    expect(logged).toHaveLength(2)
  })

  it('closes once, however often it is called', async () => {
    let closed = 0
    const lifecycle = createLifecycle()
    lifecycle.defer('thing', () => {
      closed += 1
    })
    await Promise.all([lifecycle.close(), lifecycle.close()])
    await lifecycle.close()
    expect(closed).toBe(1)
  })

  it('closes at once what is opened after shutdown began', async () => {
    let closed = false
    const lifecycle = createLifecycle()
    await lifecycle.close()
    expect(() =>
      lifecycle.defer('late', () => {
        closed = true
      }),
    ).toThrow('late was opened after shutdown began')
    expect(closed).toBe(true)
  })
})

describe('withLifecycle', () => {
  it('closes what was opened when construction throws', async () => {
    const seen: string[] = []
    const building = withLifecycle(async (lifecycle) => {
      lifecycle.defer('a', () => seen.push('a'))
      lifecycle.defer('b', () => seen.push('b'))
      throw new Error('no c')
    })
    await expect(building).rejects.toThrow('no c')
    expect(seen).toEqual(['b', 'a'])
  })

  it('returns what was built, with a close', async () => {
    const seen: string[] = []
    const app = await withLifecycle(async (lifecycle) => {
      lifecycle.defer('a', () => seen.push('a'))
      return { port: 1 }
    })
    expect(app.port).toBe(1)
    expect(seen).toEqual([])
    await app.close()
    expect(seen).toEqual(['a'])
  })
})
