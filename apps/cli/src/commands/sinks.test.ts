import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GENERATIONS, SINKS } from '../resources/delivery-resources.js'
import { getResource, listResource } from '../resources/show-resource.js'
import { createTerminal } from '../terminal/terminal.js'
import { activateGeneration, createGeneration, deleteGeneration, rollBackGeneration } from './generations.js'
import { createSink, deleteSink, switchSink, testSink, updateSink } from './sinks.js'

const sink = {
  id: 's1',
  name: 'warehouse',
  kind: 'webhook',
  url: 'https://example.com/***',
  status: 'failing',
  why: 'the receiver did not take the last message, 3 times in a row',
  next: 'Look at the receiver.',
  lag: { changes: 12, seconds: 61.2 },
  delivered: 5,
  deliveredAt: null,
  sources: [],
  batchSize: 100,
}
const generation = {
  id: 'g1',
  model: 'small',
  dimensions: 8,
  active: true,
  activatedAt: null,
  state: 'building',
  coverage: 0.5678,
  waiting: 4,
  weight: 0.2,
}

let asked: (readonly [method: string, url: string, body: unknown])[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (piece: Buffer) => {
    body += piece.toString()
  })
  request.on('end', () => {
    const { method = '', url: place = '' } = request
    asked.push([method, place, body === '' ? null : JSON.parse(body)])
    const tried = {
      delivered: !place.includes('s2'),
      status: place.includes('s2') ? 401 : 204,
      error: 'the receiver answers 401: wrong signature',
      durationMs: 12,
      next: place.includes('s2') ? 'Correct the receiver.' : null,
    }
    const one = place.endsWith('/test')
      ? tried
      : place.startsWith('/v1/sinks')
        ? { ...sink, ...(method === 'POST' ? { secret: 'whsec_x' } : {}) }
        : generation
    const isList = place.includes('?') || place.endsWith('/rollback')
    response.writeHead(method === 'DELETE' ? 204 : 200).end(method === 'DELETE' ? '' : JSON.stringify(isList ? { items: [one] } : one))
  })
})
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked = []
})
afterAll(() => server.close())

const run = async (work: (flags: never, context: never) => Promise<unknown>, flags: object = {}): Promise<string> => {
  const out: string[] = []
  const terminal = createTerminal({ write: (text) => out.push(text) })
  const context = { terminal, stdout: new PassThrough(), env: { KEY: 'sk-1' }, stopped: new Promise(() => {}) }
  await work({ url, key: 'k', ...flags } as never, context as never)
  return out.join('')
}

describe('sinks', () => {
  it('are listed and shown with status, cause and lag', async () => {
    expect(await run((flags, context) => listResource(SINKS, undefined, flags, context))).toMatch(
      /s1 +warehouse +failing +12 changes, 61 s +5 +the receiver/u,
    )
    expect(await run((flags, context) => getResource(SINKS, ['s1'], flags, context))).toMatch(
      /why +the receiver did not[\s\S]*what to do +Look at the receiver\./u,
    )
  })

  it('are tested with a message; the command fails if it is not accepted', async () => {
    const codes: unknown[] = []
    const tryIt = (id: string) => run(async (given, context) => codes.push(await testSink(id, given, context)))
    expect(await tryIt('s1')).toBe('The receiver answers 204, after 12 ms.\n')
    expect(await tryIt('s2')).toBe('It was not taken: the receiver answers 401: wrong signature. Correct the receiver.\n')
    expect(codes).toEqual([0, 1])
    expect(asked).toEqual([
      ['POST', '/v1/sinks/s1/test', null],
      ['POST', '/v1/sinks/s2/test', null],
    ])
  })

  it('are changed only in what was named', async () => {
    const change = (flags: object) => run((given, context) => updateSink('s1', given, context), flags)
    expect(await change({ address: 'https://example.com/new', secret: 'env:KEY' })).toContain('inlet sinks test s1')
    expect(asked).toEqual([['PATCH', '/v1/sinks/s1', { url: 'https://example.com/new', secret: 'sk-1' }]])
    await expect(change({})).rejects.toThrow('specify what to change')
  })

  it('are created with the given settings, paused, resumed and deleted', async () => {
    const flags = { name: 'warehouse', address: 'https://example.com/in', source: ['docs'], secret: 'env:KEY' }
    expect(await run(createSink, flags)).toContain('whsec_x')
    await run((given, context) => switchSink('s1', false, given, context))
    await run((given, context) => switchSink('s1', true, given, context))
    await run((given, context) => deleteSink('s1', given, context))
    expect(asked).toEqual([
      ['POST', '/v1/sinks', { name: 'warehouse', url: 'https://example.com/in', sources: ['docs'], secret: 'sk-1' }],
      ['PATCH', '/v1/sinks/s1', { active: false }],
      ['PATCH', '/v1/sinks/s1', { active: true }],
      ['DELETE', '/v1/sinks/s1', null],
    ])
  })
})

describe('generations', () => {
  it('are listed with their progress, created, activated, rolled back and deleted', async () => {
    expect(await run((flags, context) => listResource(GENERATIONS, undefined, flags, context))).toMatch(/g1 +small +yes +building +56\.7 % +4/u)
    asked = []
    await run(createGeneration, { address: 'https://example.com/e', model: 'small', secret: 'env:KEY', weight: '0.5' })
    await run((flags, context) => activateGeneration('g1', flags, context), { force: true })
    expect(await run(rollBackGeneration)).toContain('Searches use small (g1) again.')
    await run((flags, context) => deleteGeneration('g1', flags, context))
    expect(asked).toEqual([
      ['POST', '/v1/search/generations', { url: 'https://example.com/e', model: 'small', apiKey: 'sk-1', weight: 0.5 }],
      ['POST', '/v1/search/generations/g1/activate', { force: true }],
      ['POST', '/v1/search/generations/rollback', null],
      ['DELETE', '/v1/search/generations/g1', null],
    ])
  })
})
