import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseJsonLossless } from '@inlet/connector-sdk'
import { canonicalJson, type SourceRecord } from '@inlet/domain'
import { checkMapping, createMappingPool } from '@inlet/mapping'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from './documents.js'

const guide = readFileSync(path.join(ROOT, 'docs/guides/mapping.md'), 'utf8')
const EXAMPLE =
  /^#+ (.+)\n(?:(?!^#|^```)[\s\S])*?```json record( keys-set)?\n([\s\S]*?)```\s+```jsonata\n([\s\S]*?)```\s+```json stored\n([\s\S]*?)```/gmu
const examples = [...guide.matchAll(EXAMPLE)].map(([, title, sets, record = '', expression = '', stored = '']) => ({
  title,
  keys: sets === undefined ? ('kept' as const) : ('set' as const),
  record,
  expression,
  stored,
}))

describe('examples of docs/guides/mapping.md', () => {
  const pool = createMappingPool()
  afterAll(() => pool[Symbol.asyncDispose]())

  it('are all found', () => expect(examples.length).toBe((guide.match(/```jsonata/g) ?? []).length))

  it.each(examples)('$title', async ({ record, expression, stored, keys }) => {
    checkMapping({ orders: { expression, keys } })
    const [mapped] = await pool.map({ expression, keys }, [parseJsonLossless(record) as SourceRecord])
    expect(mapped?.rejected).toBeNull()
    expect(canonicalJson(mapped?.records)).toBe(canonicalJson(parseJsonLossless(stored)))
  })
})
