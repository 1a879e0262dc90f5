import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTerminal } from '../terminal/terminal.js'
import type { Resource } from './resource.js'
import { attributeOf, getResource, type ListFlags, listResource } from './show-resource.js'

interface Thing {
  readonly id: string
  readonly source: string
  readonly size: number
}

const THINGS: Resource<Thing> = {
  noun: 'things',
  about: '',
  ref: ({ id }) => id,
  list: {
    about: '',
    path: (parent) => `/v1/of/${parent}/things`,
    query: { sort: 'id' },
    filters: [
      { flags: '-q, --query <text>', text: '', query: 'q' },
      { flags: '--target-type <type>', text: '' },
    ],
    limit: 3,
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'SIZE', cell: ({ size }) => String(size), wide: true },
    ],
    none: 'No things.',
    examples: ['inlet things'],
  },
  get: {
    about: '',
    argument: '<thing>',
    text: '',
    path: (ref, parent) => `/v1/of/${parent}/things/${ref}`,
    lines: ({ size }: Thing) => [`${size} bytes`],
    examples: ['inlet things get 1'],
  },
}

type Flags = Partial<ListFlags>

describe('a resource', () => {
  const asked: string[] = []
  let size = 1
  let isEmpty = false
  const server = createServer((request, response) => {
    const place = request.url ?? ''
    asked.push(place)
    const answer = place.includes('/things?')
      ? {
          items: isEmpty
            ? []
            : [
                { id: '1', source: 'docs', size },
                { id: '2', source: 'shop', size: 2 },
              ],
          nextCursor: null,
        }
      : { id: '1', source: 'docs', size }
    response.end(JSON.stringify(answer))
  })
  let url: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  const run = async (work: (flags: Flags, context: never) => Promise<void>, flags: Flags = {}, stopped: Promise<unknown> = new Promise(() => {})) => {
    const out: string[] = []
    const context = { terminal: createTerminal({ write: (text) => out.push(text) }), stdout: new PassThrough(), env: {}, stopped }
    await work({ url, key: 'k', ...flags }, context as never)
    return out.join('')
  }
  const list = (flags: Flags = {}) => run((all, context) => listResource(THINGS, 'a/b', all, context), flags)

  it('is a table, by the parameters of its options', async () => {
    expect(await list({ query: 'x', targetType: 'source', limit: 2 })).toBe('ID  SOURCE\n 1  docs\n 2  shop\n')
    expect(asked[0]).toBe('/v1/of/a%2Fb/things?sort=id&q=x&targetType=source&limit=2')
    expect(await list({ output: 'wide' })).toContain('SIZE')
    expect(await list({ output: 'name' })).toBe('1\n2\n')
    isEmpty = true
    expect(await list()).toBe('No things.\n')
    isEmpty = false
  })

  it('asks the API once', async () => {
    asked.length = 0
    expect(JSON.parse(await list({ output: 'json' })).items).toHaveLength(2)
    expect(asked).toHaveLength(1)
  })

  it('shows one of them', async () => {
    const one = (flags: Flags) => run((all, context) => getResource(THINGS, ['1', 'b'], all, context), flags)
    expect([await one({}), await one({ output: 'name' })]).toEqual(['1 bytes\n', '1\n'])
    expect(asked.at(-1)).toBe('/v1/of/b/things/1')
  })

  it('refreshes while watching, and prints what has changed until it is stopped', async () => {
    let stop = (): void => undefined
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    const seen: string[] = []
    const context = {
      terminal: createTerminal({
        write: (text) => {
          seen.push(text)
          size += 1
          if (seen.length === 3) stop()
        },
      }),
      stdout: new PassThrough(),
      env: {},
      stopped,
    }
    await getResource(THINGS, ['1'], { url, key: 'k', json: true, watch: 0.001 }, context as never)
    expect(seen.map((line) => JSON.parse(line).size)).toEqual([1, 2, 3])
  })

  it('names options as commander does', () => {
    expect(['-q, --query <text>', '--target-type <type>', '--event-id <id>'].map((flags) => attributeOf({ flags, text: '' }))).toEqual([
      'query',
      'targetType',
      'eventId',
    ])
  })
})
