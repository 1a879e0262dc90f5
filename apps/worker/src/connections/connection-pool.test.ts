import { until } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { createConnectionPool, type PooledConnection } from './connection-pool.js'

const key = (versionId = 'v1', credential: string | null = 'c1') => ({
  sourceId: 's',
  versionId,
  generation: 1,
  knowsRecords: true,
  credential,
})

const setUp = (idleMs = 60_000) => {
  const opened: AbortSignal[] = []
  const closed: number[] = []
  const errors: unknown[] = []
  const pool = createConnectionPool({ idleMs, onCloseError: (error) => errors.push(error) })
  const open = async (signal: AbortSignal): Promise<PooledConnection> => {
    const id = opened.push(signal)
    return { connector: {} as never, context: {} as never, connection: { id, [Symbol.asyncDispose]: async () => void closed.push(id) } as never }
  }
  const idOf = async (pooled: PooledConnection): Promise<number> => (pooled.connection as unknown as { id: number }).id
  return { pool, open, idOf, opened, closed, errors }
}

describe('createConnectionPool', () => {
  it('uses one connection for consecutive runs', async () => {
    const { pool, open, idOf, closed } = setUp()
    expect([await pool.use(key(), open, idOf), await pool.use(key(), open, idOf)]).toEqual([1, 1])
    expect([pool.size, closed]).toEqual([1, []])
    await pool.close()
    expect([pool.size, closed]).toEqual([0, [1]])
  })

  it('closes a connection whose use failed, and aborts its signal', async () => {
    const { pool, open, idOf, opened, closed } = setUp()
    await expect(pool.use(key(), open, async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect([closed, opened[0]?.aborted]).toEqual([[1], true])
    expect(await pool.use(key(), open, idOf)).toBe(2)
  })

  it('reopens for another version or other credentials, and closes the old connection', async () => {
    const { pool, open, idOf, closed } = setUp()
    await pool.use(key('v1', 'c1'), open, idOf)
    expect(await pool.use(key('v2', 'c1'), open, idOf)).toBe(2)
    expect(await pool.use(key('v2', 'c2'), open, idOf)).toBe(3)
    expect([pool.size, closed]).toEqual([1, [1, 2]])
  })

  it('gives a concurrent second user its own connection, closed after use', async () => {
    const { pool, open, idOf, closed } = setUp()
    await pool.use(key(), open, async () => {
      expect(await pool.use(key(), open, idOf)).toBe(2)
    })
    expect([pool.size, closed]).toEqual([1, [2]])
  })

  it('closes idle connections', async () => {
    const { pool, open, idOf, closed } = setUp(1)
    await pool.use(key(), open, idOf)
    await until(() => closed.length === 1)
    expect(pool.size).toBe(0)
  })

  it('throws why a connection could not be opened, and reports why one could not be closed', async () => {
    const { pool, errors } = setUp()
    await expect(
      pool.use(
        key(),
        async () => Promise.reject(new Error('refused')),
        async () => {},
      ),
    ).rejects.toThrow('refused')
    const stubborn = async () => ({
      connector: {} as never,
      context: {} as never,
      connection: { [Symbol.asyncDispose]: async () => Promise.reject(new Error('stuck')) },
    })
    await pool.use(key(), stubborn, async () => {})
    await pool.close()
    expect(errors).toMatchObject([{ message: 'stuck' }])
  })
})
