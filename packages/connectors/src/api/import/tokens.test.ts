import { describe, expect, it } from 'vitest'
import { configSchema } from '../config.js'
import { openApiImporter } from './propose.js'

const text = { type: 'string' }
const integer = { type: 'integer' }
const query = (name: string, schema: object = integer) => ({ name, in: 'query', schema })
const listOf = (properties: object) => ({ type: 'array', items: { type: 'object', properties } })

/** Returns what is proposed for one list with these parameters and this response. */
const propose = async (parameters: readonly object[], properties: object) => {
  const get = { parameters, responses: { 200: { content: { 'application/json': { schema: { type: 'object', properties } } } } } }
  const document = { openapi: '3.1.0', info: { title: 'T' }, servers: [{ url: 'https://api.example.com' }], paths: { '/things': { get } } }
  const proposal = await openApiImporter.propose({ text: JSON.stringify(document), paths: [], documentUrl: null }, new AbortController().signal)
  expect(configSchema.safeParse(proposal.config).error).toBeUndefined()
  const [stream] = proposal.config['streams'] as { pagination?: object; keyFields: string[]; deletes?: string }[]
  return { stream, described: proposal.streams[0] }
}

describe('paging by a token', () => {
  it.each<[string, readonly object[], object, object]>([
    [
      'a marker, beside an offset',
      [query('offset'), query('limit'), query('marker', text)],
      { next_marker: text },
      { kind: 'cursor', param: 'marker', tokenPath: 'next_marker' },
    ],
    [
      'an offset that is a text',
      [query('limit'), query('offset', { ...text, example: 'eyJ0eXAi' })],
      { next_page: { type: 'object', properties: { offset: text } } },
      { kind: 'cursor', param: 'offset', tokenPath: 'next_page.offset' },
    ],
    ['a page that is a text', [query('page', text)], { next_page: text }, { kind: 'cursor', param: 'page', tokenPath: 'next_page' }],
    ['a bookmark', [query('bookmark', text)], { bookmark: text }, { kind: 'cursor', param: 'bookmark', tokenPath: 'bookmark' }],
    [
      'a scroll id',
      [query('scroll_id', text)],
      { meta: { type: 'object', properties: { next_scroll_id: text } } },
      { kind: 'cursor', param: 'scroll_id', tokenPath: 'meta.next_scroll_id' },
    ],
    [
      'the key of the last record',
      [query('starting_after', text), query('limit')],
      { has_more: { type: 'boolean' } },
      { kind: 'cursor', param: 'starting_after', tokenPath: 'data.-1.id', hasMorePath: 'has_more' },
    ],
    ['a next_page_uri', [], { next_page_uri: { ...text, format: 'uri', nullable: true } }, { kind: 'nextUrl', path: 'next_page_uri' }],
  ])('%s', async (_title, parameters, beside, pagination) => {
    const { stream } = await propose(parameters, { ...beside, data: listOf({ id: text }) })
    expect(stream?.pagination).toMatchObject(pagination)
  })

  it('is not numbered paging where the numbers are texts or times', async () => {
    for (const parameter of [query('start_at', { ...text, format: 'date-time' }), query('offset', text)]) {
      const { stream, described } = await propose([query('limit'), parameter], { data: listOf({ gid: text }) })
      expect(stream?.pagination).toBeUndefined()
      expect(stream?.deletes).toBeUndefined()
      expect(described).toMatchObject({ confidence: 'low', warnings: [expect.stringMatching(/only/)] })
    }
  })
  it('stays numbered where a text parameter has a number as its example', async () => {
    const { stream } = await propose([query('page', { ...text, example: '1' })], { data: listOf({ id: text }) })
    expect(stream?.pagination).toMatchObject({ kind: 'page' })
  })
})

it.each(['sid', 'oid', 'arn', 'object_id'])('%s is a key', async (key) => {
  const { stream } = await propose([], { messages: listOf({ [key]: text, body: text }) })
  expect(stream?.keyFields).toEqual([key])
})
