import { describe, expect, it } from 'vitest'
import { configSchema } from '../config.js'
import { openApiImporter } from './propose.js'

const propose = (document: object | string, paths: readonly string[] = [], documentUrl: string | null = null) =>
  openApiImporter.propose(
    { text: typeof document === 'string' ? document : JSON.stringify(document), paths, documentUrl },
    new AbortController().signal,
  )

const ok = (schema: object, extra: object = {}) => ({ responses: { 200: { ...extra, content: { 'application/json': { schema } } } } })
const listOf = (properties: object) => ({ type: 'array', items: { type: 'object', properties } })
const query = (name: string, schema: object = { type: 'integer' }) => ({ name, in: 'query', schema })
const id = { id: { type: 'integer' } }
const base = { openapi: '3.1.0', info: { title: 'T' }, servers: [{ url: 'https://api.example.com/v1/' }] }
const streamsOf = async (paths: object, more: object = {}) => {
  const { config } = await propose({ ...base, ...more, paths })
  expect(configSchema.safeParse(config).error).toBeUndefined()
  return config['streams'] as Record<string, unknown>[]
}
const one = async (get: object, path = '/things') => (await streamsOf({ [path]: { get } }))[0]

describe('an operation becomes a stream', () => {
  it('with the list where the answer has it', async () => {
    expect(await one(ok(listOf(id)))).toEqual({ name: 'things', path: '/things', keyFields: ['id'], deletes: 'sweep' })
    expect(await one(ok({ type: 'object', properties: { total: { type: 'integer' }, data: listOf(id), tags: listOf(id) } }))).toMatchObject({
      recordsPath: 'data',
    })
    expect(await one(ok({ properties: { things: listOf(id), errors: listOf({}) } }))).toMatchObject({ recordsPath: 'things' })
    expect(await one(ok({ properties: { result: {}, data: { properties: { items: listOf(id) } } } }))).toMatchObject({ recordsPath: 'data.items' })
    expect(await one(ok({ type: ['null', 'array'], items: { type: 'string' } }))).toMatchObject({ keyFields: ['value'] })
  })

  it('with fields of the usual names', async () => {
    const text = { type: 'string' }
    expect(
      await one(ok(listOf({ uuid: text, created_at: { type: 'string', format: 'date-time' }, name: text, description: text, html_url: text }))),
    ).toMatchObject({
      kind: 'document',
      keyFields: ['uuid'],
      titleField: 'name',
      textFields: ['description'],
      urlField: 'html_url',
      occurredAtField: 'created_at',
    })
    expect(await one(ok(listOf({ name: text, thing_id: text, owner_id: text })))).toMatchObject({ keyFields: ['thing_id'] })
  })

  it.each([
    [
      'a Link header',
      [query('per_page', { type: 'integer', maximum: 50 })],
      {},
      { headers: { Link: {} } },
      { kind: 'linkHeader', sizeParam: 'per_page', pageSize: 50 },
    ],
    [
      'a page',
      [query('page', { type: 'integer', default: 0 }), query('pageSize')],
      { totalPages: { type: 'integer' } },
      {},
      { kind: 'page', param: 'page', start: 0, sizeParam: 'pageSize', totalPagesPath: 'totalPages' },
    ],
    [
      'an offset',
      [query('offset'), query('limit')],
      { has_more: { type: 'boolean' } },
      {},
      { kind: 'offset', param: 'offset', sizeParam: 'limit', hasMorePath: 'has_more' },
    ],
    [
      'a cursor',
      [query('cursor', { type: 'string' })],
      { meta: { type: 'object', properties: { next_cursor: { type: 'string' } } } },
      {},
      { kind: 'cursor', param: 'cursor', tokenPath: 'meta.next_cursor' },
    ],
    [
      'a link in the answer',
      [],
      { links: { type: 'object', properties: { next: { type: 'string', format: 'uri' } } } },
      {},
      { kind: 'nextUrl', path: 'links.next' },
    ],
    ['OData', [], { '@odata.nextLink': { type: 'string' } }, {}, { kind: 'nextUrl', path: '/@odata.nextLink' }],
  ])('paged by %s', async (...[, parameters, beside, extra, pagination]) => {
    expect(await one({ parameters, ...ok({ type: 'object', properties: { data: listOf(id), ...beside } }, extra) })).toMatchObject({ pagination })
  })

  it('incremental where the API can return only changes', async () => {
    const changed = { parameters: [query('updated_since', { type: 'string' })], ...ok(listOf({ ...id, updatedAt: { type: 'string' } })) }
    expect(await one(changed)).toMatchObject({ incremental: { kind: 'field', cursorField: 'updatedAt', param: 'updated_since' } })
    expect(await one({ parameters: [query('since')], ...ok(listOf(id)) })).toMatchObject({
      incremental: { kind: 'since', param: 'since', format: 'epochSeconds' },
    })
    expect(await one(ok(listOf(id)), '/audit-logs')).toEqual({ name: 'audit-logs', path: '/audit-logs', kind: 'event', keyFields: ['id'] })
  })

  it('nested under the list that its path needs', async () => {
    const users = { get: ok(listOf({ login: { type: 'string' }, ...id })) }
    const streams = await streamsOf({
      '/users': users,
      '/users/{user_id}': { get: ok({ type: 'object', properties: id }) },
      '/users/{user_id}/posts': { get: ok(listOf(id)) },
      '/users/{user_id}/posts/{post}/comments': { get: ok(listOf(id)) },
    })
    expect(streams.map(({ path, parent }) => [path, parent])).toEqual([
      ['/users', undefined],
      ['/users/{parent.id}/posts', { stream: 'users' }],
      ['/users/{parent.parent.id}/posts/{parent.id}/comments', { stream: 'users_posts' }],
    ])
  })

  it('or is left out, with the reason', async () => {
    const { skipped, streams, warnings } = await propose({
      ...base,
      paths: {
        '/good': { get: ok(listOf(id)) },
        '/good/{id}': { get: ok({ properties: id }) },
        '/other/{x}/list': { get: ok(listOf(id)) },
        '/keyless': { get: ok(listOf({ weight: { type: 'number' } })) },
        '/needs': { get: { parameters: [{ ...query('account', { type: 'string' }), required: true }], ...ok(listOf(id)) } },
        '/far': { get: ok({ $ref: 'https://example.com/schemas.json#/List' }) },
        '/round': { get: ok({ $ref: '#/components/schemas/Round' }) },
        '/post': { post: ok(listOf(id)) },
      },
      components: { schemas: { Round: { $ref: '#/components/schemas/Round' } } },
    })
    expect(streams.map(({ name }) => name)).toEqual(['good'])
    expect(Object.fromEntries(skipped.map(({ path, why }) => [path, why]))).toEqual({
      '/good/{id}': 'it gives one record, not a list',
      '/other/{x}/list': 'nothing lists what {x} stands for',
      '/keyless': 'no field of its records looks like a key',
      '/needs': 'it needs the parameter account',
      '/far': 'the document does not describe its answer as JSON',
      '/round': 'the document does not describe its answer as JSON',
    })
    expect(warnings).toEqual(['references to other documents are not followed: https://example.com/schemas.json#/List'])
  })
})

describe('a document', () => {
  it('of Swagger 2 is read from references and examples', async () => {
    const { config, secrets } = await propose({
      swagger: '2.0',
      host: 'api.example.com',
      basePath: '/v2',
      schemes: ['http', 'https'],
      securityDefinitions: { key: { type: 'apiKey', in: 'query', name: 'api_key' } },
      paths: {
        '/a': { get: { responses: { 200: { schema: { type: 'array', items: { $ref: '#/definitions/A' } } } } } },
        '/b': { get: { responses: { 200: { examples: { 'application/json': { results: [{ id: 1, next: null }] } } } } } },
      },
      definitions: {
        A: { allOf: [{ $ref: '#/definitions/Base' }, { properties: { parent: { $ref: '#/definitions/A' } } }] },
        Base: { properties: id },
      },
    })
    expect(config).toMatchObject({
      url: 'https://api.example.com/v2',
      auth: { kind: 'apiKey', in: 'query', name: 'api_key' },
      streams: [{ name: 'a' }, { name: 'b', recordsPath: 'results' }],
    })
    expect(secrets).toEqual(['apiKey'])
  })

  it.each([
    [{ type: 'http', scheme: 'bearer' }, { kind: 'bearer' }],
    [{ type: 'http', scheme: 'Basic' }, { kind: 'basic' }],
    [
      { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://id.example.com/token', scopes: { 'users:read': '' } } } },
      { kind: 'oauth2ClientCredentials', tokenUrl: 'https://id.example.com/token', scope: 'users:read' },
    ],
    [{ type: 'oauth2', flows: { authorizationCode: { tokenUrl: 'https://id.example.com/token' } } }, { kind: 'bearer' }],
  ])('with the security scheme %j', async (scheme, auth) => {
    const { config } = await propose({ ...base, components: { securitySchemes: { s: scheme } }, paths: { '/a': { get: ok(listOf(id)) } } })
    expect(config['auth']).toMatchObject(auth)
    expect(configSchema.safeParse(config).success).toBe(true)
  })

  it('in YAML gives what it gives in JSON, with addresses relative to its own', async () => {
    const yaml =
      'openapi: 3.0.3\nservers: [{url: /v3}]\npaths:\n  /a:\n    get:\n      responses:\n        "200": {content: {application/json: {schema: {type: array, items: {properties: {id: {type: string}}}}}}}\n'
    const { config } = await propose(yaml, [], 'https://docs.example.com/specs/openapi.yaml')
    expect(config).toEqual({ url: 'https://docs.example.com/v3', streams: [{ name: 'a', path: '/a', keyFields: ['id'], deletes: 'sweep' }] })
    expect((await propose(yaml)).warnings).toEqual(['the document names no address: set url'])
  })

  it.each([
    ['{"openapi"', 'IMPORT_UNREADABLE'],
    ['[]', 'IMPORT_UNREADABLE'],
    ['<html>Sign in</html>', 'IMPORT_UNREADABLE'],
    ['a: [b', 'IMPORT_UNREADABLE'],
    ['{"openapi":"3.0.0","paths":null}', 'IMPORT_UNREADABLE'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${Array(10).fill(`*${'abcdefghi'[i]}`).join(',')}]`).join('\n')}`,
      'IMPORT_UNREADABLE',
    ],
    [`{"openapi":"3.0.0","x":"${'x'.repeat(16 * 1024 * 1024)}"}`, 'IMPORT_UNREADABLE'],
  ])('that is %.20j is refused', async (text, reason) => {
    await expect(propose(text)).rejects.toMatchObject({ reason })
  })

  it.each(['[', '{a: ', '? '])('nested too deeply by %j is refused, whatever the depth at which a stack would end', async (opening) => {
    const refusal = { reason: 'IMPORT_UNREADABLE', message: 'the document is neither JSON nor YAML: it is nested too deeply' }
    for (const levels of [600, 3_274, 3_275, 200_000]) await expect(propose(`openapi: ${opening.repeat(levels)}1.5e3`)).rejects.toMatchObject(refusal)
  })

  it('damaged after its beginning is refused instead of read in part', async () => {
    await expect(propose('openapi: 3.0.3\npaths: {/a: {get: {}}\nservers: [\n')).rejects.toMatchObject({ reason: 'IMPORT_UNREADABLE' })
  })

  it('with hundreds of lists gives the best, with their parents', async () => {
    const weak = { parameters: [query('limit')], ...ok(listOf(id)) }
    const paths: Record<string, unknown> = { '/weak': { get: weak }, '/weak/{id}/strong': { get: ok(listOf(id)) } }
    for (let n = 0; n < 98; n++) paths[`/strong${n}`] = { get: ok(listOf(id)) }
    for (let n = 0; n < 50; n++) paths[`/weak${n}`] = { get: weak }
    const { streams, warnings } = await propose({ ...base, paths })
    expect(streams).toHaveLength(100)
    expect(streams.map(({ name }) => name)).toEqual(expect.arrayContaining(['weak', 'weak_strong', 'strong97']))
    expect(warnings).toEqual(['50 further lists are left out; choose with paths'])
    expect((await propose({ ...base, paths }, ['/weak1*'])).streams).toHaveLength(11)
  })
})
