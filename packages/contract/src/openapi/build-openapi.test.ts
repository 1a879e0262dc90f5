import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { REASONS } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../endpoint.js'
import { endpoints } from '../endpoints.js'
import { statusOf } from '../status-of.js'
import { buildOpenApi } from './build-openapi.js'
import { REQUEST_EXAMPLES } from './request-examples.js'

const document = buildOpenApi({ version: '1.2.3' })
const operations = Object.values(document.paths ?? {}).flatMap(
  (item) =>
    Object.values(item as object) as {
      operationId: string
      security: unknown[]
      parameters?: { in: string; example?: unknown; schema?: { example?: unknown } }[]
    }[],
)

describe('buildOpenApi', () => {
  it('describes every endpoint once', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(endpoints).sort())
  })

  it('marks endpoints without a key: public ones, those protected by signatures, and signing in', () => {
    const open = operations.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId)
    expect(open.sort()).toEqual(['createSession', 'getHealth', 'getIndex', 'getOpenApi', 'getReadiness', 'receiveHook', 'verifyHook'])
  })

  it('refers to named components and leaves no reference open', () => {
    const text = JSON.stringify(document)
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name))
    const known = Object.keys(document.components?.schemas ?? {})
    expect(known).toEqual(expect.arrayContaining([...used]))
    expect(known).toEqual(expect.arrayContaining(['Source', 'SourcePage', 'CreateSource', 'Problem', 'Run', 'RecordPage']))
  })

  it('gives every schema a name of its own, since one of two with the same name is left out', () => {
    const folder = path.resolve(import.meta.dirname, '..')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    const names = files.flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\bid: '([A-Z]\w+)'/g)].map(([, name]) => name))
    expect(names.length).toBeGreaterThan(50)
    expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([])
  })

  it.each(Object.entries<Endpoint>(endpoints).filter(([, { body }]) => body !== undefined))('shows bodies for %s that it accepts', (id, endpoint) => {
    const examples = Object.entries(REQUEST_EXAMPLES).find(([name]) => name === id)?.[1] ?? {}
    expect(Object.keys(examples).length).toBeGreaterThan(0)
    for (const { value } of Object.values(examples)) expect(endpoint.body?.safeParse(value).error?.issues ?? []).toEqual([])
  })

  it('shows a source of each kind by name', () => {
    const sources = document.paths?.['/v1/sources'] as unknown as { post: { requestBody: { content: Record<string, { examples: object }> } } }
    expect(Object.keys(sources.post.requestBody.content['application/json']?.examples ?? {})).toEqual(
      expect.arrayContaining(['web', 'postgres', 'file', 'webhook']),
    )
  })

  it('prefills no filter of a list', () => {
    const filters = operations.flatMap(({ parameters = [] }) => parameters).filter((parameter) => parameter.in !== 'path')
    expect(filters.length).toBeGreaterThan(50)
    expect(filters.filter((parameter) => parameter.example !== undefined || parameter.schema?.example !== undefined)).toEqual([])
    expect(JSON.stringify(document.paths?.['/v1/runs'])).toContain('For example my-feed.')
  })

  it('documents query numbers as numbers', () => {
    const sources = document.paths?.['/v1/sources'] as unknown as { get: { parameters: { name: string; required: boolean; schema: object }[] } }
    expect(sources.get.parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', maximum: 200, default: 50 },
    })
  })

  it('documents each reason under the status the server uses', () => {
    const sources = document.paths?.['/v1/sources'] as unknown as { post: { responses: Record<string, { description: string }> } }
    expect(sources.post.responses['409']?.description).toContain('NAME_TAKEN')
    expect(statusOf('NAME_TAKEN')).toBe(REASONS.NAME_TAKEN.status)
    expect(statusOf('INTERNAL')).toBe(500)
  })
})
