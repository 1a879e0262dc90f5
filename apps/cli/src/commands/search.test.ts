import { expect, it } from 'vitest'
import { nothingLines } from './search.js'

const read = { slug: 'docs', lastSuccessAt: '2026-01-01T00:00:00Z' }

it.each([
  ['nothing is registered', [], 'inlet sources create'],
  ['some were never read', [read, { slug: 'shop', lastSuccessAt: null }, { slug: 'crm', lastSuccessAt: null }], 'shop, crm; `inlet why shop`'],
  ['all were read', [read], 'inlet test <source>'],
])('an empty answer says so when %s', (_what, sources, hint) => {
  expect(nothingLines(sources).join('\n')).toContain(hint)
})
