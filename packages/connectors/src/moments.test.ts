import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connectors } from './registry.js'

interface Schema {
  readonly format?: string
  readonly [member: string]: unknown
}

/** Returns the settings that take a time, at any depth. */
const timesIn = (schema: Schema, path: string): readonly string[] =>
  schema.format === 'date-time'
    ? [path]
    : Object.entries(schema).flatMap(([name, inner]) =>
        typeof inner === 'object' && inner !== null
          ? timesIn(inner as Schema, ['properties', 'anyOf', 'oneOf', 'items'].includes(name) || /^\d+$/.test(name) ? path : `${path}.${name}`)
          : [],
      )

const times = connectors.flatMap(({ type, configSchema }) =>
  timesIn(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Schema, type).map((path) => {
    const [, member = '', ...deeper] = path.split('.')
    return { path, member, deeper, configSchema }
  }),
)

describe('times in settings', () => {
  it('are found, and none is nested deeper than the test reaches', () => {
    expect(times.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['git.since', 'api_log.since', 'kafka.start', 'slack.since', 'github.since']),
    )
    expect(times.filter(({ deeper }) => deeper.length > 0)).toEqual([])
  })

  it.each(times)('$path refuses what no calendar or no Postgres accepts', ({ member, configSchema }) => {
    const refuses = (value: string): boolean =>
      (configSchema.safeParse({ [member]: value }).error?.issues ?? []).some((issue) => issue.path.join('.') === member)
    for (const value of [
      '0000-01-01T00:00:00Z',
      '2026-01-01T00:00:00+23:59',
      '2026-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      '9999-12-31T23:59:59-01:00',
    ])
      expect([value, refuses(value)]).toEqual([value, true])
    expect(refuses('2025-01-31T00:00:00+05:45')).toBe(false)
  })
})
