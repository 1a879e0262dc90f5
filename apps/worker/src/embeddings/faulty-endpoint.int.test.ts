import { updateGeneration } from '@inlet/db'
import { type EmbeddingBehavior, until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type EmbeddingFixture, manyTexts, openEmbeddingFixture } from './fixtures/open-embedding-fixture.js'

let fixture: EmbeddingFixture
beforeAll(async () => {
  fixture = await openEmbeddingFixture(inject('postgresUrl'), inject('templateDatabase'))
})
beforeEach(() => fixture.begin())
afterEach(() => fixture.end())
afterAll(() => fixture.close())

const badAnswer =
  (data: (count: number) => unknown): EmbeddingBehavior =>
  ({ texts }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: data(texts.length) }))
    return true
  }
const list = (count: number, embedding: readonly unknown[]): unknown => Array.from({ length: count }, (_, index) => ({ index, embedding }))
const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1)

describe('an endpoint', () => {
  it.each<[string, EmbeddingBehavior, RegExp]>([
    ['of another dimension', badAnswer((count) => list(count, ones(31))), /31 dimensions instead of 32/u],
    ['that answers what is not a number', badAnswer((count) => list(count, [...ones(31), null])), /not a number/u],
    ['that answers too few', badAnswer((count) => list(count - 1, ones(32))), /answered/u],
    [
      'that answers no direction',
      badAnswer((count) =>
        list(
          count,
          ones(32).map(() => 0),
        ),
      ),
      /no direction/u,
    ],
    ['that answers no JSON', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>') !== null, /CONTENT_MISMATCH/u],
    ['that is slow', () => true, /TIMEOUT/u],
    ['that breaks off', (_, response) => response.destroy() !== null, /CONNECTION_LOST|UNREACHABLE/u],
    ['that knows no such key', (_, response) => response.writeHead(401).end() !== null, /AUTH_FAILED/u],
    ['that fails', (_, response) => response.writeHead(500).end() !== null, /UPSTREAM_ERROR/u],
    ['that leads elsewhere', (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end() !== null, /UPSTREAM_INVALID/u],
  ])('%s is left alone for a while; nothing of it is stored, and nothing is given up', async (_, behavior, problem) => {
    const { put } = await fixture.openSource()
    await put(manyTexts(5))
    const generation = await fixture.addGeneration()
    fixture.server.behave(behavior)
    fixture.startWorker()
    await until(async () => (await fixture.problemOf(generation)) !== null)
    expect(await fixture.problemOf(generation)).toMatch(problem)
    expect(await fixture.countVectors(generation.space)).toBe(0)
    expect(await fixture.coverage(generation)).toMatchObject({ waiting: 5, failed: 0 })
    const { pausedUntil } = await fixture.read(generation.id)
    expect(pausedUntil?.getTime()).toBeGreaterThan(Date.now() - 5_000)
    fixture.server.behave(null)
    await fixture.store.rows('DELETE FROM request_limits')
    await until(async () => {
      await updateGeneration(fixture.store.database, { id: generation.id, weight: 1 }, 'test')
      return fixture.isCovered(generation)
    })
    expect(await fixture.countVectors(generation.space)).toBe(5)
    expect(await fixture.problemOf(generation)).toBeNull()
  })

  it('is not called while it asks to wait', async () => {
    const { put } = await fixture.openSource()
    await put(manyTexts(5))
    const generation = await fixture.addGeneration()
    fixture.server.behave((_, response) => {
      response.writeHead(429, { 'retry-after': '120' }).end()
      return true
    })
    fixture.startWorker()
    await until(async () => (await fixture.problemOf(generation)) !== null)
    const { pausedUntil, problem } = await fixture.read(generation.id)
    expect(problem).toMatch(/RATE_LIMITED/u)
    expect((pausedUntil?.getTime() ?? 0) - Date.now()).toBeGreaterThan(60_000)
    expect(fixture.server.calls).toHaveLength(1)
  })

  it('gives vectors of all other texts when it refuses one, which is left out until it changes', async () => {
    const { put } = await fixture.openSource()
    await put({ ...manyTexts(40), bad: 'poison', long: 'very long '.repeat(200) })
    const generation = await fixture.addGeneration()
    fixture.server.behave(({ texts }, response) => {
      if (!texts.some((text) => text.includes('poison') || text.length > 1_500)) return false
      response.writeHead(400).end()
      return true
    })
    fixture.startWorker()
    await until(async () => (await fixture.coverage(generation)).waiting === 0)
    expect(await fixture.coverage(generation)).toMatchObject({ records: 42, failed: 1 })
    expect(await fixture.countVectors(generation.space)).toBe(41)
    expect(await fixture.store.rows('SELECT problem FROM embedding_pending')).toEqual([{ problem: expect.stringMatching(/UPSTREAM_INVALID.*400/u) }])
    await put({ bad: 'harmless' })
    await until(() => fixture.isCovered(generation))
  })

  it('asks again about a refused text after some time, since the endpoint may have been at fault', async () => {
    const { put } = await fixture.openSource()
    await put({ ...manyTexts(3), unlucky: 'poison' })
    const generation = await fixture.addGeneration()
    fixture.server.behave(({ texts }, response) => {
      if (!texts.some((text) => text.includes('poison'))) return false
      response.writeHead(400).end()
      return true
    })
    fixture.startWorker()
    await until(async () => (await fixture.coverage(generation)).failed === 1 && (await fixture.coverage(generation)).waiting === 0)
    const due = `SELECT failures, retry_at > clock_timestamp() + interval '50 minutes' AS later FROM embedding_pending`
    expect(await fixture.store.rows(due)).toEqual([{ failures: 1, later: true }])
    fixture.server.behave(null)
    await fixture.store.rows('UPDATE embedding_pending SET retry_at = now()')
    await until(() => fixture.isCovered(generation))
  })
})
