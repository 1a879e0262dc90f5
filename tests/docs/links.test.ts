import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, matches, ROOT, readDocuments, withoutCode } from './documents.js'

const documents = readDocuments()

describe('links and paths', () => {
  it('knows the documents', () => {
    expect(documents.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/guides/operate.md']))
  })

  it.each(documents)('$file links only to what exists', ({ file, text }) => {
    const targets = matches(/\]\(([^)\s]+)\)/gu, withoutCode(text)).filter((target) => !/^[a-z]+:/u.test(target))
    const broken = targets.filter((target) => {
      const [name = '', anchor] = target.split('#')
      const full = name === '' ? path.join(ROOT, file) : path.resolve(ROOT, path.dirname(file), name)
      if (!existsSync(full)) return true
      return anchor !== undefined && !anchorsOf(readFileSync(full, 'utf8')).has(anchor)
    })
    expect(broken).toEqual([])
  })

  it.each(documents)('$file names only files that exist', ({ text }) => {
    const named = matches(/`((?:apps|packages|prisma|scripts|deploy|docs|tests|bench)\/[\w./-]+)`/gu, withoutCode(text))
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([])
  })

  it.each(documents.filter(({ file }) => /^(?:apps|packages)\/.*README\.md$/u.test(file)))(
    '$file names only code that exists beside it',
    ({ file, text }) => {
      const named = [...matches(/`((?:\.\.\/)*(?:[\w-]+\/)*[\w-]+\.(?:ts|tsx|mjs))`/gu, text), ...matches(/`(src\/[\w./-]+)`/gu, text)]
      const exists = (name: string) => [path.dirname(file), '.'].some((from) => existsSync(path.resolve(ROOT, from, name)))
      expect(named.filter((name) => !exists(name))).toEqual([])
    },
  )

  it('every decision record has a number of its own and says status, context, decision and consequences', () => {
    const records = documents.filter(({ file }) => file.startsWith('docs/adr/'))
    expect(records.length).toBeGreaterThan(0)
    const numbers = records.map(({ file }) => path.basename(file).slice(0, 4))
    expect(new Set(numbers).size).toBe(numbers.length)
    const parts = ['**Status:**', '**Context.**', '**Decision.**', '**Consequences.**']
    const incomplete = records.filter(
      ({ file, text }) => !text.startsWith(`# ${path.basename(file).slice(0, 4)} `) || parts.some((part) => !text.includes(part)),
    )
    expect(incomplete.map(({ file }) => file)).toEqual([])
  })
})
