import { createTestContext, serveHttp } from '@inlet/connector-sdk/testing'
import { expect, it } from 'vitest'
import { createJsonServer } from '../fixtures/json-server.js'
import api from '../index.js'

const schema = (name: string) => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } })
const list = (name: string, parameters: object[] = []) => ({
  get: {
    parameters: [...parameters, { $ref: '#/components/parameters/page' }, { $ref: '#/components/parameters/limit' }],
    responses: { 200: { headers: { Link: { schema: { type: 'string' } } }, content: { 'application/json': { schema: schema(name) } } } },
  },
})
const integer = { type: 'integer' }
const text = { type: 'string' }

/** What a person would write for this json-server. */
const DOCUMENT = {
  openapi: '3.0.3',
  info: { title: 'Blog', version: '1' },
  security: [{ token: [] }],
  paths: {
    '/posts': list('Post'),
    '/posts/{postId}': { get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Post' } } } } } } },
    '/posts/{postId}/comments': list('Comment', [{ name: 'postId', in: 'path', required: true, schema: integer }]),
  },
  components: {
    parameters: {
      page: { name: '_page', in: 'query', schema: integer },
      limit: { name: '_limit', in: 'query', schema: { ...integer, maximum: 10 } },
    },
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: {
      Post: { required: ['id'], properties: { id: integer, title: text, body: text } },
      Comment: { allOf: [{ properties: { id: text } }, { properties: { body: text } }] },
    },
  },
}

it('proposes settings that read every record of a real server', async () => {
  const posts = Array.from({ length: 34 }, (_, i) => ({ id: i + 1, title: `post ${i + 1}`, body: `text ${i + 1}` }))
  const comments = Array.from({ length: 60 }, (_, i) => ({ id: `c${i + 1}`, postId: (i % 20) + 1, body: `comment ${i + 1}` }))
  const server = await serveHttp(createJsonServer({ posts, comments }))
  const { signal } = new AbortController()
  try {
    const request = { text: JSON.stringify(DOCUMENT), documentUrl: `${server.url}/openapi.json`, paths: [] }
    const proposal = await api.importer?.propose(request, signal)
    expect(proposal?.streams.map(({ name, confidence }) => [name, confidence])).toEqual([
      ['posts', 'high'],
      ['posts_comments', 'medium'],
    ])
    await using context = await createTestContext({
      connector: api,
      config: proposal?.config,
      secrets: { token: 'any-token' },
      allow: [`127.0.0.1:${server.port}`],
    })
    const connection = await api.connect(context)
    for (const spec of await api.streams(connection, signal)) {
      const run = context.store.beginRun(spec)
      for await (const page of api.read(connection, { stream: spec.name, cursor: null, signal })) run.apply(page)
    }
    await connection[Symbol.asyncDispose]()
    expect(context.store.snapshot('posts').size).toBe(34)
    expect(context.store.find('posts', 34)?.record).toMatchObject({ title: 'post 34', text: 'text 34' })
    const read = context.store.records('posts_comments').map(({ record }) => record.data['id'])
    expect(new Set(read)).toEqual(new Set(comments.map((comment) => comment.id)))
    expect(read).toHaveLength(comments.length)
  } finally {
    await server.close()
  }
})
