import type { Connector } from '@inlet/connector-sdk'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidRequest } from '../http/failures.js'
import { parseSecrets } from './settings-form.js'

const connector = {
  secretSchema: z.strictObject({
    signing: z.string().min(8),
    token: z.string().refine(() => false, { error: ({ input }) => `"${String(input)}" is not a token` }),
  }),
} as unknown as Connector

const problemsOf = (secrets: Readonly<Record<string, unknown>>): readonly string[] => {
  try {
    parseSecrets(connector, secrets)
    return []
  } catch (error) {
    return error instanceof InvalidRequest ? error.errors.map(({ path, message }) => `${path} ${message}`) : ['another error']
  }
}

it('reports what is wrong with secrets without revealing them', () => {
  expect(problemsOf({ signing: 'canary', token: 'canary' })).toEqual([
    'secrets.signing must have at least 8 characters',
    'secrets.token is missing or not valid',
  ])
  expect(problemsOf({ signing: 7 })).toEqual(['secrets.signing must be text', 'secrets.token is required'])
  expect(problemsOf({ signing: 'canary-canary', token: 'x', other: 'canary' })).toContain('secrets.other is not a known field')
})
