import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { WHY_RULES } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { ROOT } from './documents.js'

/** Rules that answer with the reason of the failure that stopped the source. */
const NAMED_BY_REASON = ['AUTH_FAILED', 'CONFIG_INVALID']

const guide = readFileSync(path.join(ROOT, 'docs/guides/operate.md'), 'utf8')
const [, table = ''] = /\| who \| `blocker\.code` [^\n]*\n([\s\S]*?)\n\n/u.exec(guide) ?? []
const rows = [...table.matchAll(/^\| [^|]+ \| `([A-Z_]+)` \| (.+) \|$/gmu)].map(([, code = '', meaning = '']) => ({ code, meaning }))

const folder = path.join(ROOT, 'packages/domain/src/why')
const source = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(path.join(folder, name), 'utf8'))
  .join('\n')

describe('the blockers in the guide for operators', () => {
  it('are those of the product, in its order of precedence', () => {
    expect(rows.map(({ code }) => code)).toEqual(WHY_RULES.map(({ code }) => code).filter((code) => !NAMED_BY_REASON.includes(code)))
  })

  it.each(rows.filter(({ meaning }) => meaning.startsWith('"')))('$code is quoted as the product words it', ({ meaning }) => {
    const parts = meaning
      .slice(1, -1)
      .split('…')
      .map((part) => part.trim())
      .filter((part) => part !== '')
    expect(parts.filter((part) => !source.includes(part))).toEqual([])
  })
})
