import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Reason } from '@inlet/connector-sdk'
import { type AcceptanceBed, createRateLimit, createTestServers, repeatUntilStopped, type Variant } from '@inlet/connector-sdk/testing'
import { STREAMS } from '../streams.js'
import { act, comment, fill, openIssue, openPull, putFile, release } from './fill.js'
import { startGithub } from './start-github.js'

const REPOSITORIES = ['acme/docs', 'acme/shop']
/** With 8 KB of text each: 80 MB, more than the suite allows to be kept. */
const LARGE = 10_000

/** Some of everything in two repositories of the emulator, and what each acceptance check needs besides. */
export const openGithubBed = async (): Promise<AcceptanceBed> => {
  const token = `canary-${randomBytes(16).toString('hex')}`
  const github = await startGithub({ repositories: REPOSITORIES }, token)
  const servers = createTestServers(github)
  for (const name of REPOSITORIES) await fill(github, name, { commits: 12, issues: 13, pulls: 4 })
  const config = { repositories: REPOSITORIES, streams: [...STREAMS], pageSize: 5, retries: 0 }
  const alone = (url: string): Variant => ({ config: { ...config, baseUrl: url }, allow: [new URL(url).host] })

  let changes = 0
  const change = async (): Promise<void> => {
    const n = ++changes
    const sha = await putFile(github, 'acme/docs', `more-${n}.txt`)
    const issue = await openIssue(github, 'acme/docs', `more ${n}`)
    await comment(github, 'acme/docs', issue, `word ${n}`)
    await github.call('PATCH', '/repos/acme/docs/issues/2', { state: n % 2 === 1 ? 'closed' : 'open' })
    if (n < 4) await openPull(github, 'acme/docs', `late-${n}`, sha)
    await release(github, 'acme/docs', `w${n}`)
    act(github, 'acme/docs', 10 + n)
  }

  /** A server whose repositories exist and whose lists answer like this. */
  const hostile = async (name: string, answer: { status?: number; headers?: Record<string, string>; body?: string }, expectReason: Reason) => {
    const server = await servers.serve((request, response) => {
      if (/^\/repos\/[^/]+\/[^/]+$/.test(request.url ?? ''))
        response.end(JSON.stringify({ id: (request.url ?? '').length, full_name: request.url?.slice(7) }))
      else response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '')
    })
    return { name, expectReason, ...alone(server.url) }
  }
  const limited = (status: number, headers: Record<string, string>, message = 'API rate limit exceeded') => ({
    status,
    headers,
    body: JSON.stringify({ message }),
  })
  const forbidden = await servers.serve((_, response) =>
    response.writeHead(403).end('{"message":"Resource not accessible by personal access token"}'),
  )
  const cut = await servers.serveCut('[{"id":')
  const inAnHour = String(Math.floor(Date.now() / 1000) + 3_600)

  return {
    config: { ...config, baseUrl: github.url },
    secrets: { token },
    allow: [github.host],
    opensItself: github.emulatorAt,
    minRecords: 100,
    crashRounds: 6,
    rereads: 'more than a page of items changed within one second, so that there is no answer whose ETag speaks for all of them',
    change,
    failures: {
      unreachable: alone(await servers.closedUrl()),
      auth: { secrets: { token: 'another-token-of-some-length' } },
      permission: alone(forbidden.url),
    },
    futureCursor: 'commits and releases have no time in their cursors; the others are tested in github.int.test.ts',
    hostile: [
      await hostile('primary limit', limited(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour }), 'RATE_LIMITED'),
      await hostile('secondary limit', limited(403, {}, 'You have exceeded a secondary rate limit.'), 'RATE_LIMITED'),
      await hostile('429 until a date', limited(429, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }, 'slow down'), 'RATE_LIMITED'),
      await hostile('429 for a thousand years', limited(429, { 'retry-after': '31536000000' }), 'RATE_LIMITED'),
      await hostile('5xx', { status: 502, body: '<html>Unicorn!</html>' }, 'UPSTREAM_ERROR'),
      await hostile('login page', { headers: { 'content-type': 'text/html' }, body: '<!doctype html><form>Sign in</form>' }, 'CONTENT_MISMATCH'),
      await hostile('an object', { body: '{"message":"hello"}' }, 'UPSTREAM_INVALID'),
      await hostile('commits without ids', { body: '[{"id":1,"sha":"x"}]' }, 'UPSTREAM_INVALID'),
      { name: 'truncated', expectReason: 'CONNECTION_LOST', ...alone(cut.url) },
    ],
    drift: [
      {
        name: 'a repository is renamed',
        apply: async () => void (await github.call('PATCH', '/repos/acme/shop', { name: 'store' })),
        verify(store) {
          if (store.snapshot('repositories').size !== REPOSITORIES.length) throw new Error('a repository that was not found lost its record')
        },
      },
      {
        name: 'the other one, too',
        apply: async () => void (await github.call('PATCH', '/repos/acme/docs', { name: 'handbook' })),
        expectReason: 'NOT_FOUND_UPSTREAM',
      },
    ],
    writer: () =>
      Promise.resolve(
        repeatUntilStopped(async (n) => {
          await openIssue(github, 'acme/docs', `busy ${n}`)
          await comment(github, 'acme/docs', 1, `busy ${n}`)
          await setTimeout(20)
        }),
      ),
    async large() {
      const size = 100
      const server = await servers.serve((request, response) => {
        const url = new URL(request.url ?? '/', 'http://x')
        if (url.pathname === '/repos/acme/big') {
          response.end('{"id":7,"full_name":"acme/big"}')
          return
        }
        const from = Math.max(1, Math.floor(Date.parse(url.searchParams.get('since') ?? '2020-01-01T00:00:00Z') / 1000) - 1_577_836_799)
        const numbers = Array.from({ length: Math.max(0, Math.min(size, LARGE + 1 - from)) }, (_, n) => from + n)
        const items = numbers.map((n) => ({
          id: n,
          number: n,
          title: `Issue ${n}`,
          state: 'open',
          body: 'Some words. '.repeat(680),
          user: { login: 'me' },
          updated_at: new Date(1_577_836_799_000 + n * 1000).toISOString(),
        }))
        response.writeHead(200, from + size <= LARGE ? { link: '</x?page=2>; rel="next"' } : {}).end(JSON.stringify(items))
      })
      return {
        records: LARGE,
        stream: 'issues',
        config: { repositories: ['acme/big'], streams: ['issues'], baseUrl: server.url },
        allow: [new URL(server.url).host],
      }
    },
    async rateLimited() {
      const limit = createRateLimit(25, (response) =>
        response.writeHead(403, { 'retry-after': '1' }).end('{"message":"You have exceeded a secondary rate limit"}'),
      )
      github.fault = (_, response) => limit.refuses(response)
      return { config: { ...config, baseUrl: github.url, pageSize: 50, repositories: ['acme/docs'] }, verify: limit.verify }
    },
    close: () => servers.close(),
  }
}
