import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { comment, fill, openIssue, openPull, putFile, release } from './fixtures/fill.js'
import { startGithub, type TestGithub } from './fixtures/start-github.js'
import github from './index.js'
import { STREAMS } from './streams.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const REPOSITORIES = ['acme/docs', 'acme/shop']

const start = async (repositories = REPOSITORIES): Promise<TestGithub> => {
  const fixture = await startGithub({ repositories })
  closers.push(() => fixture.close())
  return fixture
}

interface Outcome {
  readonly written: Readonly<Record<string, number>>
  readonly rejected: readonly string[]
  readonly requests: readonly string[]
}

const run = async (fixture: TestGithub, store: RecordStore, config: object = {}, secrets: object = { token: fixture.token }): Promise<Outcome> => {
  await using context = await createTestContext({
    connector: github,
    config: { repositories: REPOSITORIES, streams: [...STREAMS], baseUrl: fixture.url, pageSize: 50, retries: 0, ...config },
    secrets,
    allow: [fixture.host],
    store,
  })
  await using connection = await github.connect(context)
  const before = fixture.log.length
  const written: Record<string, number> = {}
  const rejected: string[] = []
  const signal = new AbortController().signal
  for (const spec of await github.streams(connection, signal)) {
    const writing = store.beginRun(spec)
    for await (const page of github.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
      const { inserted, updated, deleted } = writing.apply(page)
      written[spec.name] = (written[spec.name] ?? 0) + inserted + updated + deleted
      rejected.push(...(page.rejected ?? []).map(({ reason, message }) => `${reason} ${message}`))
    }
  }
  return { written, rejected, requests: fixture.log.slice(before) }
}

describe.skipIf(!hasEmulator())('github, against an emulator', () => {
  it('makes one request for each list of an unchanged repository, all 304, and writes nothing', async () => {
    const fixture = await start()
    for (const name of REPOSITORIES) await fill(fixture, name, { commits: 12, issues: 13, pulls: 6 })
    fixture.aheadMs = 120_000
    const store = createRecordStore()
    const first = await run(fixture, store)
    expect(first.rejected).toEqual([])
    expect(first.written).toEqual({ commits: 26, pull_requests: 12, issues: 26, comments: 26, reviews: 12, releases: 6, events: 14, repositories: 2 })
    const second = await run(fixture, store)
    expect(Object.values(second.written).reduce((sum, one) => sum + one, 0)).toBe(0)
    // Comments are two lists; the repository itself takes one request.
    expect(second.requests).toHaveLength(2 * (STREAMS.length + 2))
    expect(second.requests.filter((line) => !line.startsWith('304 '))).toEqual([])
  })

  it('warns in its check of a token that may do more than read', async () => {
    const fixture = await start()
    await using context = await createTestContext({
      connector: github,
      config: { repositories: REPOSITORIES, baseUrl: fixture.url },
      secrets: { token: fixture.token },
      allow: [fixture.host],
    })
    await using connection = await github.connect(context)
    const warned = async (granted: string | undefined): Promise<unknown> => {
      fixture.granted = granted
      return await github.check(connection, new AbortController().signal)
    }
    for (const harmless of [undefined, '', 'read:org, user:email']) expect(await warned(harmless)).toEqual([])
    expect(await warned('admin:org, delete_repo, read:user, repo')).toEqual([
      { code: 'TOKEN_TOO_POWERFUL', message: expect.stringMatching(/\(admin:org, delete_repo, repo\); use a fine-grained token/) as string },
    ])
  })

  it('follows closed issues, merged pull requests, new commits, releases that are gone', async () => {
    const fixture = await start(['acme/docs'])
    await fill(fixture, 'acme/docs', { commits: 3, issues: 3, pulls: 2 })
    const store = createRecordStore()
    const config = { repositories: ['acme/docs'] }
    await run(fixture, store, config)
    const gone = await release(fixture, 'acme/docs', 'gone')
    await run(fixture, store, config)
    await fixture.call('PATCH', '/repos/acme/docs/issues/1', { state: 'closed' })
    await fixture.call('PUT', '/repos/acme/docs/pulls/4/merge', {})
    await fixture.call('DELETE', `/repos/acme/docs/releases/${gone}`)
    const { written, rejected } = await run(fixture, store, config)
    expect(rejected).toEqual([])
    expect(written).toMatchObject({ issues: 1, pull_requests: 1, releases: 1 })
    expect(store.find('issues', [1, 1])?.record.data['context']).toMatchObject({ state: 'closed', number: 1, repositoryId: 1 })
    expect(store.find('pull_requests', [1, 4])?.record.data).toMatchObject({
      eventType: 'pull_request',
      actor: 'acme',
      projectId: 'acme/docs',
      sessionId: 'acme/docs#4',
      context: { state: 'merged', head: { ref: 'topic-0' } },
    })
    // The commits of the merged branch arrived with the merge, although they are older than the head that was read.
    const shas = (await fixture.call('GET', '/repos/acme/docs/commits?per_page=100')) as unknown as readonly { readonly sha: string }[]
    expect([...store.snapshot('commits').keys()].sort()).toEqual(shas.map(({ sha }) => JSON.stringify([1, sha])).sort())
  })

  it('reads the new side after a force-push, and keeps what happened', async () => {
    const fixture = await start(['acme/docs'])
    const [first] = [await putFile(fixture, 'acme/docs', 'a.txt'), await putFile(fixture, 'acme/docs', 'b.txt')]
    const store = createRecordStore()
    const config = { repositories: ['acme/docs'], streams: ['commits'] }
    await run(fixture, store, config)
    await fixture.call('PATCH', '/repos/acme/docs/git/refs/heads/main', { sha: first, force: true })
    const pushed = await putFile(fixture, 'acme/docs', 'c.txt')
    const { written } = await run(fixture, store, config)
    expect(written['commits']).toBe(1)
    expect(store.find('commits', [1, pushed])?.record.title).toBe('Add c.txt')
    expect(store.snapshot('commits').size).toBe(4)
  })

  it('takes the repositories of an owner by pattern, and new ones, too', async () => {
    const fixture = await start(['acme/docs', 'acme/docs-old', 'acme/shop'])
    const store = createRecordStore()
    const config = { repositories: ['acme/docs*'], exclude: ['acme/*-old'], streams: ['commits'] }
    await run(fixture, store, config)
    expect(store.records('repositories').map(({ record }) => record.title)).toEqual(['acme/docs'])
    await fixture.call('POST', '/user/repos', { name: 'docs-new', auto_init: true })
    const { written } = await run(fixture, store, config)
    expect(written).toEqual({ commits: 1, repositories: 1 })
    await fixture.call('DELETE', '/repos/acme/docs-new')
    expect((await run(fixture, store, config)).written).toEqual({ repositories: 1 })
  })

  it('follows a repository that was renamed, under the same keys', async () => {
    const fixture = await start(['acme/docs'])
    await openIssue(fixture, 'acme/docs', 'one')
    const store = createRecordStore()
    const config = { repositories: ['acme/docs'], streams: ['issues'] }
    await run(fixture, store, config)
    await fixture.call('PATCH', '/repos/acme/docs', { name: 'handbook' })
    await openIssue(fixture, 'acme/handbook', 'two')
    fixture.fault = ({ url }, response) => {
      if (url !== '/repos/acme/docs') return false
      response.writeHead(301, { location: `${fixture.url}/repos/acme/handbook` }).end('{"message":"Moved Permanently"}')
      return true
    }
    const { rejected } = await run(fixture, store, config)
    expect(rejected).toEqual([])
    expect(store.records('repositories').map(({ record }) => record.title)).toEqual(['acme/handbook'])
    expect([...store.snapshot('issues').keys()]).toEqual(['[1,1]', '[1,2]'])
    expect(store.find('issues', [1, 2])?.record.data['projectId']).toBe('acme/handbook')
  })

  it('continues where one repository is gone, one is empty and one is forbidden', async () => {
    const fixture = await start()
    await openIssue(fixture, 'acme/shop', 'one')
    await fixture.call('POST', '/user/repos', { name: 'empty' })
    fixture.fault = ({ url }, response) => {
      if (url?.startsWith('/repos/acme/docs/') !== true) return false
      response
        .writeHead(403, { 'x-accepted-github-permissions': 'issues=read' })
        .end('{"message":"Resource not accessible by personal access token"}')
      return true
    }
    const store = createRecordStore()
    const { written, rejected } = await run(fixture, store, {
      repositories: [...REPOSITORIES, 'acme/empty', 'acme/gone'],
      streams: ['commits', 'issues'],
    })
    expect(written).toMatchObject({ commits: 1, issues: 1, repositories: 3 })
    expect(rejected.map((line) => line.split(':')[0])).toEqual([
      'PERMISSION_DENIED acme/docs',
      'PERMISSION_DENIED acme/docs',
      'NOT_FOUND_UPSTREAM acme/gone',
    ])
  })

  it('finds comments on a server that lists them by issue only', async () => {
    const fixture = await start(['acme/docs'])
    await fill(fixture, 'acme/docs', { commits: 1, issues: 4, pulls: 2 })
    fixture.fault = ({ url }, response) => {
      if (!/\/(?:issues|pulls)\/comments\?/.test(url ?? '')) return false
      response.writeHead(404).end('{"message":"Not Found"}')
      return true
    }
    const store = createRecordStore()
    const config = { repositories: ['acme/docs'], streams: ['comments'] }
    expect((await run(fixture, store, config)).written).toMatchObject({ comments: 4 })
    await comment(fixture, 'acme/docs', 1, 'one more')
    expect((await run(fixture, store, config)).written).toMatchObject({ comments: 1 })
    expect((await run(fixture, store, config)).written['comments'] ?? 0).toBe(0)
  })

  it('parks until the quota renews, before the last request is refused', async () => {
    const fixture = await start(['acme/docs'])
    fixture.fault = ({ url }, response) => {
      if (url !== '/repos/acme/docs') return false
      const reset = String(Math.floor(Date.now() / 1000) + 600)
      response.writeHead(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }).end('{"id":1,"full_name":"acme/docs"}')
      return true
    }
    const failure = await run(fixture, createRecordStore(), { repositories: ['acme/docs'] }).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ reason: 'RATE_LIMITED' })
    const waitMs = (failure as { retryAfterMs: number }).retryAfterMs
    expect(waitMs).toBeGreaterThan(590_000)
    expect(waitMs).toBeLessThanOrEqual(600_000)
  })

  it.each([
    { name: 'a secondary limit without a time', status: 403, headers: {}, message: 'You have exceeded a secondary rate limit.', waitMs: 60_000 },
    { name: 'an absurd time', status: 429, headers: { 'retry-after': '99999999999' }, message: 'slow down', waitMs: 60_000 },
    { name: 'seconds', status: 429, headers: { 'retry-after': '77' }, message: 'slow down', waitMs: 77_000 },
  ])('waits as long as the response asks: $name', async ({ status, headers, message, waitMs }) => {
    const fixture = await start(['acme/docs'])
    fixture.fault = (_, response) => {
      response.writeHead(status, headers).end(JSON.stringify({ message }))
      return true
    }
    await expect(run(fixture, createRecordStore(), { repositories: ['acme/docs'] })).rejects.toMatchObject({
      reason: 'RATE_LIMITED',
      retryAfterMs: waitMs,
    })
  })

  it('refuses a cursor from the future, and names a missing branch', async () => {
    const fixture = await start(['acme/docs'])
    await comment(fixture, 'acme/docs', await openIssue(fixture, 'acme/docs', 'one'), 'word')
    await openPull(fixture, 'acme/docs', 'topic', await putFile(fixture, 'acme/docs', 'a.txt'))
    const store = createRecordStore()
    const config = { repositories: ['acme/docs'], streams: ['issues'] }
    await run(fixture, store, config)
    const last = store.cursor('issues') as { positions: string }
    const ahead = { ...last, positions: `${last.positions.slice(0, 6)}C${last.positions.slice(7)}` }
    const spec = { name: 'issues', kind: 'event', incremental: true, deletes: 'none' } as const
    store.beginRun(spec).apply({ records: [], cursor: ahead })
    await expect(run(fixture, store, config)).rejects.toMatchObject({ reason: 'CURSOR_IN_FUTURE' })
    await expect(run(fixture, createRecordStore(), { ...config, streams: ['commits'], branch: 'nowhere' })).rejects.toMatchObject({
      reason: 'INVALID_REF',
    })
  })
})
