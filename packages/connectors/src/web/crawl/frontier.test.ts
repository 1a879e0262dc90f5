import { expect, it } from 'vitest'
import { createFrontier, type Visit } from './frontier.js'

const visit = (url: string): Visit => ({ url, depth: 0, hops: 0, start: false })

it('keeps concurrency and delay per site, in order', () => {
  const frontier = createFrontier({ concurrency: 2, delayMs: 100, maxSeen: 10 })
  for (const url of ['http://a/1', 'http://a/2', 'http://a/3', 'http://b/1']) frontier.add(visit(url))
  expect([frontier.take(0)?.url, frontier.take(0)?.url, frontier.take(0)?.url]).toEqual(['http://a/1', 'http://b/1', undefined])
  expect(frontier.nextReadyAt()).toBe(100)
  expect(frontier.take(100)?.url).toBe('http://a/2')
  expect(frontier.take(500)).toBeUndefined()
  frontier.done(visit('http://a/1'))
  expect(frontier.take(500)?.url).toBe('http://a/3')
  expect(frontier.queued).toBe(0)
})

it('pauses a site that asks for it', () => {
  const frontier = createFrontier({ concurrency: 2, delayMs: 0, maxSeen: 10 })
  frontier.add(visit('http://a/1'))
  frontier.pause('http://a/x', 1_000)
  expect(frontier.take(999)).toBeUndefined()
  expect(frontier.take(1_000)?.url).toBe('http://a/1')
})

it('is bounded', () => {
  const frontier = createFrontier({ concurrency: 1, delayMs: 0, maxSeen: 2_000 })
  const added = Array.from({ length: 3_000 }, (_, i) => frontier.add(visit(`http://a/${i}`))).filter(Boolean)
  expect(added).toHaveLength(2_000)
  for (let i = 0; i < 2_000; i++) frontier.done(frontier.take(0) ?? visit('http://a/none'))
  expect(frontier.take(0)).toBeUndefined()
})

it('takes the longer delay that a site asks for', () => {
  const frontier = createFrontier({ concurrency: 2, delayMs: 10, maxSeen: 10 })
  frontier.setDelay('http://a', 2_000)
  frontier.add(visit('http://a/1'))
  frontier.add(visit('http://a/2'))
  frontier.take(0)
  expect(frontier.nextReadyAt()).toBe(2_000)
})
