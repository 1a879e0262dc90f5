import { expect, it } from 'vitest'
import { contradiction } from './detect-format.js'

it.each([
  ['{"error":"maintenance"}', 'JSON'],
  ['{"error":"maintenance"}\n', 'JSON'],
  ['{\n  "message": "down, back soon"\n}\n', 'JSON'],
  ['[{"id":1},{"id":2}]', 'JSON'],
  ['{"id":1}\n{"id":2}\n', 'JSON'],
  ['<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', 'XML'],
  ['<!doctype html><html></html>', 'HTML'],
])('does not take %j for a table without rows', (text, what) => {
  expect(contradiction('csv', text)).toContain(what)
})

it.each(['id,name\n1,a\n', '{"a":1}\t5\n{"a":2}\t6\n', '[id],[name]\n1,a\n', '[1]\n[2]\n', ''])('takes %j for a table', (text) => {
  expect(contradiction('tsv', text)).toBeNull()
})
