import { type Connection, type ConnectorContext, defineConnector } from '@inlet/connector-sdk'
import { type WebhookConfig, type WebhookSecrets, webhookConfig, webhookSecrets } from './config.js'
import { EVENTS } from './events/to-record.js'
import { readEvents } from './read-events.js'
import { receiveWebhook } from './receive.js'
import { validateWebhook } from './validate.js'

interface WebhookConnection extends Connection {
  readonly ctx: ConnectorContext<WebhookConfig, WebhookSecrets>
}

export default defineConnector<WebhookConfig, WebhookSecrets, WebhookConnection>({
  type: 'webhook',
  version: '1.0.0',
  title: 'Webhooks',
  description:
    'Events that other systems push, signed: Standard Webhooks, GitHub, Slack, Stripe, any HMAC, or a token. Stored before they are answered.',
  configSchema: webhookConfig,
  secretSchema: webhookSecrets,
  validate: validateWebhook,
  // The secrets verify senders and are sent nowhere.
  egress: () => [],
  receive: receiveWebhook,
  streams: () => Promise.resolve([{ name: EVENTS, kind: 'event', incremental: true, deletes: 'events', keyFields: ['event id, or paths.key'] }]),
  connect: (ctx) => Promise.resolve({ ctx, [Symbol.asyncDispose]: () => Promise.resolve() }),
  // There is nothing to check: senders come to us, and the settings were already validated.
  check: () => Promise.resolve(),
  read: ({ ctx }, request) => readEvents(ctx, request),
})
