import { endpoints } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toFieldProblems } from './failures.js'

const createSourceBody = endpoints.createSource.body

const messagesOf = (schema: z.ZodType, value: unknown): Record<string, string> => {
  const parsed = schema.safeParse(value)
  return Object.fromEntries(toFieldProblems(parsed.error?.issues ?? []).map(({ path, message }) => [path, message]))
}

describe('messages about invalid fields are readable', () => {
  it('in the body of a registration', () => {
    expect(messagesOf(createSourceBody, { config: 5, paused: 'yes', labels: [], schedule: { cron: 5 } })).toEqual({
      name: 'is required',
      connector: 'is required',
      config: 'must be an object',
      paused: 'must be true or false',
      labels: 'must be an object',
      'schedule.cron': 'must be text',
    })
    expect(messagesOf(createSourceBody, { name: 'x'.repeat(2_000), connector: '' })).toEqual({
      name: 'must have at most 255 characters',
      connector: 'must have at least 1 character',
    })
  })
  it.each<[z.ZodType, unknown, string]>([
    [z.string().min(32), 'short', 'must have at least 32 characters'],
    [z.string().max(1_000), 'x'.repeat(1_001), 'must have at most 1,000 characters'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 item'],
    [z.int().min(1), 0, 'must be at least 1'],
    [z.int().max(500), 501, 'must be at most 500'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.enum(['a', 'b']), 'c', 'must be one of "a", "b"'],
    [z.uuid(), 'x', 'must be an id (UUID)'],
    [z.union([z.string(), z.int()]), true, 'must be text, or must be a number'],
    [z.union([z.string(), z.int()]), undefined, 'is required'],
    [z.string().regex(/^a$/, 'must be an a'), 'b', 'must be an a'],
  ])('by rule (%#)', (rule, value, message) => expect(messagesOf(z.object({ field: rule }), { field: value })).toEqual({ field: message }))
  it('never use the words of the library', () => {
    for (const value of [undefined, null, 5, 'x', [], {}, { name: 1, connector: null, mapping: 5, freshWithin: 1, schedule: 'x', labels: { a: 1 } }])
      for (const message of Object.values(messagesOf(createSourceBody, value)))
        expect(message).not.toMatch(/Invalid|expected|received|Too (small|big)/)
  })
})
