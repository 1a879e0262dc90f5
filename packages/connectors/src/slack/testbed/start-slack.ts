import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { serveHttp } from '@inlet/connector-sdk/testing'
import { startEmulator } from '@inlet/testing'

type Fault = (method: string, response: ServerResponse) => boolean
export type Fields = { readonly [name: string]: unknown }

/** The emulator behind a proxy that adds what it lacks: tokens that are refused, `oldest`, `latest` and `latest_reply`, limits. */
export interface TestSlack {
  /** Address of the API, without a slash at the end. */
  readonly url: string
  readonly host: string
  readonly token: string
  /** `address:port` of the emulator behind the proxy. */
  readonly emulatorAt: readonly string[]
  /** Methods that the connector called, with the channel where there is one. */
  readonly log: string[]
  /** Answers instead of the emulator where it returns true. */
  fault: Fault | undefined
  /** Messages that look deleted although they have replies. */
  readonly tombstones: Set<string>
  /** Changes channels as they are listed; null hides one. */
  edit: (channel: Fields) => Fields | null
  /** Ids of channels by name. */
  channel(name: string): string
  /** Calls the emulator as a user. */
  call(method: string, args: Readonly<Record<string, string>>): Promise<Fields>
  post(channel: string, words: string, thread?: string): Promise<string>
  close(): Promise<void>
}

/** The caller closes. */
export const startSlack = async (names: readonly string[], token = 'xoxb-token-of-the-app'): Promise<TestSlack> => {
  const emulator = await startEmulator('slack', {
    slack: {
      team: { name: 'Acme', domain: 'acme' },
      users: [{ name: 'ada', real_name: 'Ada Lovelace' }],
      channels: names.map((name) => ({ name, topic: `About ${name}` })),
      tokens: [{ token, user: 'ada' }],
    },
  })
  const log: string[] = []
  const tombstones = new Set<string>()
  const state: { fault: Fault | undefined; edit: TestSlack['edit'] } = { fault: undefined, edit: (channel) => channel }
  const ask = async (method: string, args: Readonly<Record<string, string>>): Promise<Fields> => {
    const body = new URLSearchParams(args)
    const got = await fetch(`${emulator.url}/api/${method}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
    return (await got.json()) as Fields
  }
  const call: TestSlack['call'] = async (method, args) => {
    const answer = await ask(method, args)
    if (answer['ok'] !== true) throw new Error(`${method}: ${JSON.stringify(answer)}`)
    return answer
  }

  const history = async (args: Readonly<Record<string, string>>): Promise<Fields> => {
    const { channel = '', oldest = '0', latest = '9999999999.0', limit = '100', cursor = '0', inclusive } = args
    const answer = await ask('conversations.history', { channel, limit: '1000' })
    if (answer['ok'] !== true) return answer
    const all = answer['messages'] as Fields[]
    const at = (value: unknown): number => Number(value)
    const inside = all.filter(({ ts }) => {
      if (inclusive === 'true' && (ts === oldest || ts === latest)) return true
      return at(ts) > at(oldest) && at(ts) < at(latest)
    })
    const [from, size] = [Number(cursor), Number(limit)]
    const page = inside.slice(from, from + size)
    const messages = await Promise.all(page.map((message) => withReplies(channel, message)))
    const more = from + size < inside.length
    return { ok: true, messages, has_more: more, response_metadata: { next_cursor: more ? String(from + size) : '' } }
  }

  const withReplies = async (channel: string, message: Fields): Promise<Fields> => {
    const ts = String(message['ts'])
    const dead = tombstones.has(ts) ? { subtype: 'tombstone', text: 'This message was deleted.' } : {}
    if (Number(message['reply_count'] ?? 0) === 0) return { ...message, ...dead }
    const replies = (await ask('conversations.replies', { channel, ts }))['messages'] as Fields[]
    return { ...message, ...dead, latest_reply: replies.at(-1)?.['ts'] }
  }

  const list = async (args: Readonly<Record<string, string>>): Promise<Fields> => {
    const answer = await ask('conversations.list', args)
    return { ...answer, channels: (answer['channels'] as Fields[]).flatMap((channel) => state.edit(channel) ?? []) }
  }
  const methods: Readonly<Record<string, typeof list>> = { 'conversations.history': history, 'conversations.list': list }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.url?.replace('/api/', '') ?? ''
    const args = Object.fromEntries(new URLSearchParams(await text(request)))
    log.push([method, args['channel']].filter(Boolean).join(' '))
    if (state.fault?.(method, response) === true) return
    const allowed = request.headers.authorization === `Bearer ${token}`
    const body = allowed ? await (methods[method]?.(args) ?? ask(method, args)) : { ok: false, error: 'invalid_auth' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server = await serveHttp((request, response) => {
    void answer(request, response).catch((thrown: unknown) => response.writeHead(500).end(String(thrown)))
  })
  const listed = (await call('conversations.list', { limit: '1000' }))['channels'] as Fields[]
  // A name, so that the guard has something to resolve.
  const url = server.url.replace('127.0.0.1', 'localhost')
  return {
    url: `${url}/api`,
    host: new URL(url).host,
    token,
    emulatorAt: emulator.addresses,
    log,
    tombstones,
    get edit() {
      return state.edit
    },
    set edit(edit) {
      state.edit = edit
    },
    get fault() {
      return state.fault
    },
    set fault(fault) {
      state.fault = fault
    },
    channel: (name) => String(listed.find((one) => one['name'] === name)?.['id']),
    call,
    async post(channel, words, thread) {
      return String((await call('chat.postMessage', { channel, text: words, ...(thread === undefined ? {} : { thread_ts: thread }) }))['ts'])
    },
    async close() {
      await server.close()
      await emulator.close()
    },
  }
}
