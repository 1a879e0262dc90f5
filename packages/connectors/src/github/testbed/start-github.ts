import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveHttp } from '@inlet/connector-sdk/testing'
import { startEmulator } from '@inlet/testing'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

type Fault = (request: IncomingMessage, response: ServerResponse) => boolean
export type Fields = { readonly [name: string]: unknown }

/** The emulator behind a proxy that adds what it lacks: tokens that are refused, ETags and 304, lists of a whole repository, activity. */
export interface TestGithub {
  /** Without a slash at the end. */
  readonly url: string
  readonly host: string
  readonly token: string
  /** `address:port` of the emulator behind the proxy. */
  readonly emulatorAt: readonly string[]
  /** Requests that the connector made, `304 /repos/…`. */
  readonly log: string[]
  /** Answers instead of the emulator where it returns true. */
  fault: Fault | undefined
  /** Activity by repository, newest first. */
  readonly activity: Map<string, Fields[]>
  /** How far its clock is ahead, in ms: what was just made then counts as settled. */
  aheadMs: number
  /** Acts on the emulator as the owner. */
  call(method: string, path: string, body?: object): Promise<Fields>
  close(): Promise<void>
}

/** The caller closes. */
export const startGithub = async (seed: { readonly repositories: readonly string[] }, token = 'token-of-the-owner'): Promise<TestGithub> => {
  const owner = seed.repositories[0]?.split('/')[0] ?? 'acme'
  const emulator = await startEmulator('github', {
    tokens: { [token]: { login: owner, scopes: ['repo'] } },
    github: {
      users: [{ login: owner }],
      repos: seed.repositories.map((full) => ({ owner, name: full.split('/')[1], auto_init: true })),
    },
  })
  const log: string[] = []
  const activity = new Map<string, Fields[]>()
  const comments = { issue: new Map<string, number[]>(), review: new Map<string, number[]>() }
  const ask = async (method: string, target: string, body?: object): Promise<Response> =>
    await fetch(emulator.url + target, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const state: { fault: Fault | undefined; aheadMs: number } = { fault: undefined, aheadMs: 0 }

  /** The emulator knows comments one by one. */
  const repositoryComments = async (repository: string, kind: 'issue' | 'review', query: URLSearchParams): Promise<unknown[]> => {
    const folder = kind === 'issue' ? 'issues' : 'pulls'
    const lists = (comments[kind].get(repository) ?? []).map(
      async (n) => (await (await ask('GET', `/repos/${repository}/${folder}/${n}/comments?per_page=100`)).json()) as Fields[],
    )
    const since = Date.parse(query.get('since') ?? '1970-01-01')
    return (await Promise.all(lists))
      .flat()
      .filter((one) => Date.parse(String(one['updated_at'])) >= since)
      .sort((a, b) => String(a['updated_at']).localeCompare(String(b['updated_at'])) || Number(a['id']) - Number(b['id']))
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://proxy')
    const given = request.headers.authorization
    if (given !== `Bearer ${token}`) return send({ request, response }, 401, { message: 'Bad credentials' })
    const list = /^\/repos\/([^/]+\/[^/]+)\/(issues\/comments|pulls\/comments|events)$/.exec(url.pathname)
    if (list !== null) {
      const [, repository = '', kind] = list
      const all =
        kind === 'events'
          ? (activity.get(repository) ?? [])
          : await repositoryComments(repository, kind === 'issues/comments' ? 'issue' : 'review', url.searchParams)
      const [size, page] = [Number(url.searchParams.get('per_page') ?? 30), Number(url.searchParams.get('page') ?? 1)]
      const more = all.length > size * page
      url.searchParams.set('page', String(page + 1))
      return send(
        { request, response },
        200,
        all.slice(size * (page - 1), size * page),
        more ? { link: `<http://proxy${url.pathname}${url.search}>; rel="next"` } : {},
      )
    }
    // The emulator compares times as texts, and its own have milliseconds.
    const since = url.searchParams.get('since')
    if (since !== null) url.searchParams.set('since', since.replace(/(:\d\d)Z$/, '$1.000Z'))
    const got = await ask('GET', `${url.pathname}${url.search}`)
    const link = got.headers.get('link')
    send({ request, response }, got.status, await got.json(), link === null ? {} : { link })
  }

  const send = ({ request, response }: Exchange, status: number, body: unknown, headers: Record<string, string> = {}): void => {
    const text = JSON.stringify(body)
    const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`
    const unchanged = status === 200 && request.headers['if-none-match'] === etag
    log.push(`${unchanged ? 304 : status} ${request.url}`)
    response
      .writeHead(unchanged ? 304 : status, {
        'content-type': 'application/json',
        date: new Date(Date.now() + state.aheadMs).toUTCString(),
        ...(status === 200 ? { etag } : {}),
        ...headers,
      })
      .end(unchanged ? undefined : text)
  }

  const server = await serveHttp((request, response) => {
    if (state.fault?.(request, response) === true) {
      log.push(`fault ${request.url}`)
      return
    }
    void answer(request, response).catch((thrown: unknown) => send({ request, response }, 500, { message: String(thrown) }))
  })
  // A name, so that the guard has something to resolve.
  const url = server.url.replace('127.0.0.1', 'localhost')
  return {
    url,
    host: new URL(url).host,
    token,
    emulatorAt: emulator.addresses,
    log,
    activity,
    get aheadMs() {
      return state.aheadMs
    },
    set aheadMs(ms) {
      state.aheadMs = ms
    },
    get fault() {
      return state.fault
    },
    set fault(fault) {
      state.fault = fault
    },
    async call(method, target, body) {
      const made = /^\/repos\/([^/]+\/[^/]+)\/(issues|pulls)\/(\d+)\/comments$/.exec(target)
      if (made !== null) {
        const [, repository = '', folder, number] = made
        const numbers = comments[folder === 'issues' ? 'issue' : 'review']
        numbers.set(repository, [...new Set([...(numbers.get(repository) ?? []), Number(number)])])
      }
      const got = await ask(method, target, body)
      if (!got.ok) throw new Error(`${method} ${target}: ${got.status} ${await got.text()}`)
      return got.status === 204 ? {} : ((await got.json()) as Fields)
    },
    async close() {
      await server.close()
      await emulator.close()
    },
  }
}
