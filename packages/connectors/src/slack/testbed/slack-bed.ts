import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Reason } from '@inlet/connector-sdk'
import { type AcceptanceBed, createRateLimit, createTestServers, repeatUntilStopped, type Variant } from '@inlet/connector-sdk/testing'
import { startSlack } from './start-slack.js'

const CHANNELS = ['team-a', 'team-b']
const MESSAGES = 12
/** With 8 KB of text each: 80 MB, more than the suite allows to be kept. */
const LARGE = 10_000

/** Two channels of the emulator with messages, threads and reactions, and what each acceptance check needs besides. */
export const openSlackBed = async (): Promise<AcceptanceBed> => {
  const token = `xoxb-canary-${randomBytes(16).toString('hex')}`
  const slack = await startSlack(CHANNELS, token)
  const servers = createTestServers(slack)
  const posted: string[] = []
  for (const name of CHANNELS) {
    const channel = slack.channel(name)
    for (let n = 0; n < MESSAGES; n++) {
      const ts = await slack.post(channel, `Message ${n} of ${name}`)
      if (name === 'team-a') posted.push(ts)
      if (n % 4 === 0) for (let reply = 0; reply < 3; reply++) await slack.post(channel, `Reply ${reply}`, ts)
      if (n % 5 === 0) await slack.call('reactions.add', { channel, timestamp: ts, name: 'tada' })
    }
  }
  const config = { channels: ['team-*'], pageSize: 5, retries: 0 }
  const alone = (url: string): Variant => ({ config: { ...config, baseUrl: `${url}/api` }, allow: [new URL(url).host] })
  const first = slack.channel('team-a')
  let changes = 0
  const change = async (): Promise<void> => {
    const n = changes++
    await slack.post(first, `More ${n}`)
    await slack.post(first, `Later reply ${n}`, posted[0])
    await slack.call('chat.update', { channel: first, ts: posted[n + 5] ?? '', text: `Edited ${n}` })
    await slack.call('chat.delete', { channel: first, ts: posted[n + 9] ?? '' })
    await slack.call('reactions.add', { channel: first, timestamp: posted[n + 1] ?? '', name: 'eyes' })
  }
  const hostile = async (name: string, answer: { status?: number; headers?: Record<string, string>; body?: string }, expectReason: Reason) => {
    const server = await servers.serve((_, response) => response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? ''))
    return { name, expectReason, ...alone(server.url) }
  }
  const scoped = await servers.serve((_, response) => response.end('{"ok":false,"error":"missing_scope","needed":"channels:read"}'))
  const cut = await servers.serveCut('{"ok":')
  return {
    config: { ...config, baseUrl: slack.url },
    secrets: { token },
    allow: [slack.host],
    opensItself: slack.emulatorAt,
    minRecords: 2 * MESSAGES,
    crashRounds: 6,
    change,
    failures: { unreachable: alone(await servers.closedUrl()), auth: { secrets: { token: 'xoxb-another-token' } }, permission: alone(scoped.url) },
    futureCursor: () => ({ channels: `${first}:${(Date.now() * 1000 + 86_400_000_000).toString(36)}` }),
    hostile: [
      await hostile('429 for an hour', { status: 429, headers: { 'retry-after': '3600' } }, 'RATE_LIMITED'),
      await hostile('429 until a date', { status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } }, 'RATE_LIMITED'),
      await hostile('429 for a thousand years', { status: 429, headers: { 'retry-after': '31536000000' } }, 'RATE_LIMITED'),
      await hostile('ratelimited', { body: '{"ok":false,"error":"ratelimited"}' }, 'RATE_LIMITED'),
      await hostile('revoked', { body: '{"ok":false,"error":"token_revoked"}' }, 'AUTH_FAILED'),
      await hostile('5xx', { status: 503, body: 'down' }, 'UPSTREAM_ERROR'),
      await hostile('login page', { headers: { 'content-type': 'text/html' }, body: '<!doctype html><form>Sign in</form>' }, 'CONTENT_MISMATCH'),
      await hostile('redirect to a login page', { status: 302, headers: { location: '/login' } }, 'CONTENT_MISMATCH'),
      await hostile('another API', { body: '{"data":[]}' }, 'UPSTREAM_INVALID'),
      { name: 'truncated', expectReason: 'CONNECTION_LOST', ...alone(cut.url) },
    ],
    drift: [
      {
        name: 'a channel is renamed',
        apply: () => Promise.resolve(void (slack.edit = (channel) => (channel['id'] === first ? { ...channel, name: 'team-z' } : channel))),
        verify(store) {
          const names = store.records('channels').map(({ record }) => record.title)
          if (!names.includes('team-z')) throw new Error(`the channels are ${names.join(', ')}`)
        },
      },
      {
        name: 'a channel is archived',
        apply: () => Promise.resolve(void (slack.edit = (channel) => (channel['id'] === first ? channel : null))),
        verify(store) {
          if (store.snapshot('channels').size !== 1) throw new Error('the archived channel is still listed')
          if (store.snapshot('messages').size < 2 * MESSAGES) throw new Error('its messages are gone')
        },
      },
    ],
    writer: () =>
      Promise.resolve(
        repeatUntilStopped(async (n) => {
          await slack.post(first, `busy ${n}`)
          await slack.post(first, `busy reply ${n}`, posted[4])
          await setTimeout(20)
        }),
      ),
    async large() {
      const size = 200
      const server = await servers.serve((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const args = new URLSearchParams(Buffer.concat(chunks).toString())
          const from = Number(args.get('cursor') ?? 0)
          const messages = Array.from({ length: size }, (_, n) => ({
            ts: `${1_700_000_000 - from - n}.000100`,
            user: 'U1',
            text: `Some words ${from + n}. `.repeat(500),
          }))
          const next = from + size < LARGE ? String(from + size) : ''
          const answers: Record<string, object> = {
            'auth.test': { url: 'https://acme.slack.com/' },
            'conversations.list': { channels: [{ id: 'C1', name: 'big' }] },
            'users.list': { members: [] },
            'conversations.history': { messages, has_more: next !== '', response_metadata: { next_cursor: next } },
          }
          response.end(JSON.stringify({ ok: true, ...answers[request.url?.replace('/api/', '') ?? ''] }))
        })
      })
      return { records: LARGE, stream: 'messages', config: { channels: ['big'], baseUrl: `${server.url}/api` }, allow: [new URL(server.url).host] }
    },
    async rateLimited() {
      const limit = createRateLimit(8, (response) => response.writeHead(429, { 'retry-after': '1' }).end('{"ok":false,"error":"ratelimited"}'))
      slack.fault = (method, response) => method === 'conversations.history' && limit.refuses(response)
      return { verify: limit.verify }
    },
    close: () => servers.close(),
  }
}
