import { describe, expect, it } from 'vitest'
import { createSelection } from '../sql/streams.js'
import { configSchema } from './config.js'

const base = { host: 'db', database: 'app', user: 'reader' }

describe('settings', () => {
  it('have safe defaults', () => {
    expect(configSchema.parse(base)).toMatchObject({
      port: 5432,
      tls: { mode: 'verify-full' },
      schemas: ['public'],
      safetyLagSeconds: 5,
      overlapSeconds: 60,
      fetchSize: 2000,
    })
  })

  it.each([
    [{ ...base, password: 'x' }],
    [{ ...base, timeZone: 'Mars/Phobos' }],
    [{ ...base, port: '5432' }],
    [{ ...base, tables: [{ name: 'a' }, { name: 'public.a' }] }],
    [{ ...base, tables: [{ name: 'a', deletes: 'softDelete' }] }],
    [{ ...base, queries: [{ name: 'q', sql: 'select 1', keyFields: [] }] }],
  ])('refuse %j', (config) => {
    expect(configSchema.safeParse(config).success).toBe(false)
  })
})

describe('selection of tables', () => {
  const selects = (settings: object, name: string): boolean =>
    createSelection(configSchema.parse({ ...base, ...settings }))(name.split('.')[1] ?? '', name)
  it('takes all tables unless some are named', () => {
    expect(selects({}, 'public.orders')).toBe(true)
    expect(selects({ tables: [{ name: 'users' }] }, 'public.orders')).toBe(false)
    expect(selects({ tables: [{ name: 'users' }], include: ['*'] }, 'public.orders')).toBe(true)
  })
  it('matches names with and without schema', () => {
    expect(selects({ include: ['order*'] }, 'public.orders')).toBe(true)
    expect(selects({ include: ['sales.*'] }, 'sales.orders')).toBe(true)
    expect(selects({ include: ['sales.*'] }, 'public.orders')).toBe(false)
    expect(selects({ exclude: ['*_log', 'public.tmp*'] }, 'public.audit_log')).toBe(false)
    expect(selects({ exclude: ['*_log', 'public.tmp*'] }, 'public.tmp1')).toBe(false)
  })
})
