import type { RegistryEntry } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { parseSourceFiles } from './parse-files.js'
import { writeSourceFile } from './write-files.js'

const entry = (definition: Readonly<Record<string, unknown>>, secrets: readonly string[] = []): RegistryEntry => ({
  id: 'b7f13909-3c9c-4f6e-a7b1-0d6d4c7f5a11',
  revision: 1,
  managedBy: null,
  secrets: [...secrets],
  definition,
})

const sql = 'SELECT *\nFROM "orders"  -- all: of them\nWHERE x > 1\n'
const entries = [
  entry({ slug: '2024', name: '2024', connector: 'web', config: {} }),
  entry(
    {
      slug: 'crm',
      name: 'CRM: "customers" & co',
      connector: 'postgres',
      config: { z: [{ b: 1, a: 'no' }], query: sql, on: 'yes', n: '0123', date: '2026-01-01', empty: {}, nothing: null, hash: '# 5' },
      mapping: { '*': { expression: '$merge([$, {"title": data.name}])' } },
      schedule: { cron: '*/15 * * * *', timeZone: 'Europe/Berlin' },
      labels: { team: 'crm', 'a.b/c': '' },
      freshWithin: '2h',
      paused: true,
    },
    ['password', 'clientSecret'],
  ),
]

describe('writeSourceFile', () => {
  const text = writeSourceFile(entries)

  it('round-trips what it was made from', () => {
    const filed = parseSourceFiles([{ file: 'x.yaml', text }], {})
    expect(filed.map(({ definition }) => definition)).toEqual(entries.map(({ definition }) => definition))
  })

  it('is the same whatever the order was, and names secrets that are set without a value', () => {
    const turned = entries.toReversed().map((one) => ({ ...one, definition: Object.fromEntries(Object.entries(one.definition).toReversed()) }))
    expect(writeSourceFile(turned)).toBe(text)
    expect(text).toContain('# secrets: { password: { fromEnv: CRM_PASSWORD }, clientSecret: { fromEnv: CRM_CLIENT_SECRET } }')
    expect(text.indexOf("'2024':")).toBeLessThan(text.indexOf('crm:'))
    expect(text).toContain('      query: |\n        SELECT *\n')
  })

  it('writes an empty registry as one that can be applied', () => {
    expect(parseSourceFiles([{ file: 'x.yaml', text: writeSourceFile([]) }], {})).toEqual([])
  })
})
