import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const SOURCES = import.meta.dirname
const schema = readFileSync(path.join(SOURCES, '../../../prisma/schema.prisma'), 'utf8')

const created = new Set(
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('generated'))
    .flatMap((file) => [...readFileSync(path.join(SOURCES, file), 'utf8').matchAll(/\bprisma\s*\.(\w+)\s*\.(?:create|upsert)/g)])
    .map(([, model = '']) => model),
)

it('leaves the times of rows that Prisma creates to the database, whose clock is used for all comparisons', () => {
  const models = [...schema.matchAll(/^model (\w+) \{([^}]*)\}/gm)].map(([, name = '', body = '']) => ({
    name: name[0]?.toLowerCase() + name.slice(1),
    body,
  }))
  expect(models.filter(({ name }) => created.has(name)).length).toBe(created.size)
  expect(created.size).toBeGreaterThan(10)
  // For now() Prisma writes the time of our process.
  expect(models.filter(({ name, body }) => created.has(name) && body.includes('@default(now())')).map(({ name }) => name)).toEqual([])
})
