import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Endpoint } from './endpoint.js'
import { endpoints } from './endpoints.js'

interface Schema {
  readonly format?: string
  readonly properties?: Record<string, Schema>
  readonly anyOf?: readonly Schema[]
  readonly $ref?: string
}
type Root = Schema & { readonly $defs?: Record<string, Schema> }

/** Lists the paths of all times in an object of this schema. */
const timesIn = (root: Root, schema: Schema = root, path: readonly string[] = []): readonly (readonly string[])[] => {
  const referred = schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace('#/$defs/', '')]
  return [
    ...(schema.format === 'date-time' ? [path] : []),
    ...(referred === undefined ? [] : timesIn(root, referred, path)),
    ...(schema.anyOf ?? []).flatMap((option) => timesIn(root, option, path)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => timesIn(root, inner, [...path, name])),
  ]
}

const withValue = (path: readonly string[], value: string): unknown => path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)

const times = Object.entries<Endpoint>(endpoints).flatMap(([id, endpoint]) =>
  [endpoint.query, endpoint.body]
    .filter((schema) => schema !== undefined)
    .flatMap((schema) =>
      timesIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Root).map((path) => ({ id, path: path.join('.'), schema })),
    ),
)

describe('times that callers give', () => {
  it('are found in queries and bodies', () => {
    expect(times.map(({ id, path }) => `${id} ${path}`)).toEqual(
      expect.arrayContaining(['listRecords since', 'listAudit from', 'backfillSource cursorAt', 'createKey expiresAt', 'replayHooks to']),
    )
  })

  it.each(times)('$id refuses in $path what is no calendar date or cannot be stored in Postgres', ({ path, schema }) => {
    const refuses = (value: string): boolean => {
      const issues = schema.safeParse(withValue(path.split('.'), value)).error?.issues ?? []
      return issues.some((issue) => issue.path.join('.') === path)
    }
    const bad = ['0000-01-01T00:00:00Z', '2026-01-01T00:00:00+23:59', '2026-01-01T00:00:00+25:00', '2026-02-30T00:00:00Z', '2016-12-31T23:59:60Z']
    for (const value of [...bad, '10000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00']) expect([value, refuses(value)]).toEqual([value, true])
    expect(refuses('2025-01-31T00:00:00+05:45')).toBe(false)
  })
})
