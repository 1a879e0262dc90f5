import { createHmac } from 'node:crypto'
import { connectors } from '@inlet/connectors'
import { type Answer, newSource, startApi, type TestApi } from './start-api.js'

export const SIGNING_SECRET = 'canary-of-the-signing-secret'

/** Starts the API with the webhook connector. */
export const startHookApi = (options: Parameters<typeof startApi>[0] = {}): Promise<TestApi> =>
  startApi({ ...options, connectors: connectors.filter(({ type }) => type === 'webhook') })

export const HMAC = { signature: { scheme: 'hmac', header: 'X-Signature', idHeader: 'X-Event-Id' } }

/** Registers a source that accepts signed events; returns its id. */
export const createHook = async (api: TestApi, config: object = HMAC, secrets: object = {}): Promise<string> => {
  const source = newSource({ connector: 'webhook', config, secrets: { signingSecret: SIGNING_SECRET, ...secrets } })
  const answer = await api.post('/v1/sources', source)
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body.id as string
}

export const signBody = (body: string, secret = SIGNING_SECRET): string => createHmac('sha256', secret).update(body).digest('hex')

/** Pushes an event like a sender of generic HMACs, without any API key. */
export const push = (api: TestApi, source: string, event: { id?: string; body: string; signature?: string }): Promise<Answer> =>
  api.send('POST', `/v1/hooks/${source}`, {
    key: null,
    raw: event.body,
    headers: {
      'content-type': 'application/json',
      'x-signature': event.signature ?? signBody(event.body),
      ...(event.id === undefined ? {} : { 'x-event-id': event.id }),
    },
  })
