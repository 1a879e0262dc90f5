import { REASONS } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { endpoints } from '../endpoints.js'
import { statusOf } from '../status-of.js'
import { buildOpenApi } from './build-openapi.js'

const document = buildOpenApi({ version: '1.2.3' })
const operations = Object.values(document.paths ?? {}).flatMap(
  (item) => Object.values(item as object) as { operationId: string; security: unknown[] }[],
)

describe('buildOpenApi', () => {
  it('describes every endpoint once', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(endpoints).sort())
  })

  it('marks what needs no key: what says nothing of sources, what signatures protect, and signing in', () => {
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

  it('documents query numbers as numbers', () => {
    const sources = document.paths?.['/v1/sources'] as unknown as { get: { parameters: { name: string; required: boolean; schema: object }[] } }
    expect(sources.get.parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', maximum: 200, default: 50 },
    })
  })

  it('documents each answer of a reason under the status the server uses', () => {
    const sources = document.paths?.['/v1/sources'] as unknown as { post: { responses: Record<string, { description: string }> } }
    expect(sources.post.responses['409']?.description).toContain('NAME_TAKEN')
    expect(statusOf('NAME_TAKEN')).toBe(REASONS.NAME_TAKEN.status)
    expect(statusOf('INTERNAL')).toBe(500)
  })
})
