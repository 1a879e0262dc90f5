import { z } from 'zod'

const header = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be the name of an HTTP header')
const path = z.string().min(1).max(300)
const PLACEHOLDER = /\{([^{}]*)\}/g
/** The placeholders that the template of a generic HMAC may contain. */
export const TEMPLATE_NAMES = ['timestamp', 'id', 'body'] as const

const isTemplate = (text: string): boolean =>
  text.includes('{body}') && [...text.matchAll(PLACEHOLDER)].every(([, name]) => TEMPLATE_NAMES.some((known) => known === name))

const signature = z
  .discriminatedUnion('scheme', [
    z.strictObject({
      scheme: z.literal('standard').describe('Standard Webhooks (Svix and many others): webhook-id, -timestamp, -signature, or the same with svix-.'),
    }),
    z.strictObject({ scheme: z.literal('github').describe('GitHub: X-Hub-Signature-256.') }),
    z.strictObject({ scheme: z.literal('slack').describe('Slack: X-Slack-Signature and X-Slack-Request-Timestamp.') }),
    z.strictObject({ scheme: z.literal('stripe').describe('Stripe: Stripe-Signature.') }),
    z.strictObject({
      scheme: z.literal('hmac').describe('Any other HMAC over the body.'),
      header: header.describe('Header that carries the signature, or several separated by commas.'),
      algorithm: z.enum(['sha256', 'sha512']).default('sha256').describe('Hash of the HMAC.'),
      encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written.'),
      prefix: z.string().max(50).default('').describe('Text before the signature, e.g. "sha256=".'),
      template: z
        .string()
        .max(500)
        .default('{body}')
        .refine(isTemplate, 'must contain {body}, and may contain {timestamp} and {id}')
        .describe('What is signed, e.g. "{timestamp}.{body}".'),
      timestampHeader: header
        .optional()
        .describe('Header with the time of signing, in seconds or milliseconds since 1970 or ISO 8601. Needed for {timestamp}.'),
      idHeader: header.optional().describe('Header with the id of the event. Needed for {id}.'),
    }),
    z.strictObject({
      scheme: z.literal('token').describe('A fixed token in a header, for senders that cannot sign.'),
      header: header.default('Authorization').describe('Header that carries the token.'),
      prefix: z.string().max(50).default('Bearer ').describe('Text before the token; empty for none.'),
      idHeader: header.optional().describe('Header with the id of the event.'),
    }),
    z.strictObject({
      scheme: z.literal('basic').describe('HTTP basic authentication, for senders that cannot sign.'),
      idHeader: header.optional().describe('Header with the id of the event.'),
    }),
  ])
  .describe('How senders prove who they are.')

const paths = z
  .strictObject({
    id: path.optional().describe('Id of the event: events with the same id are the same event.'),
    key: path.optional().describe('Key of the record, for senders that report changes of objects; without it, every event is a separate record.'),
    type: path.optional().describe('Type of the event.'),
    title: path.optional().describe('Title of the record.'),
    text: path.optional().describe('Text for full-text search.'),
    url: path.optional().describe('Address for people.'),
    occurredAt: path.optional().describe('When it happened: ISO 8601, or seconds or milliseconds since 1970.'),
    actor: path.optional().describe('Who did it.'),
    projectId: path.optional().describe('Where it belongs.'),
    sessionId: path.optional().describe('What it belongs to, e.g. a thread.'),
  })
  .describe(
    'Where in the body things are: data.id, or /data/a.b for names with dots; header:x-name for a header. They go before what the scheme knows.',
  )

/** Settings of the `webhook` connector. */
export const webhookConfig = z.strictObject({
  signature,
  body: z
    .enum(['json', 'text'])
    .default('json')
    .describe('`json`: JSON, or a form (whose field `payload` may hold JSON); `text`: any text in UTF-8.'),
  toleranceSeconds: z.int().min(1).max(86_400).default(300).describe('How far the time of signing may be off, both ways.'),
  paths: paths.default({}),
  deleteTypes: z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .describe('Types of events that delete the record with their key. Needs paths.key.'),
  idleMs: z.int().min(0).max(30_000).default(1_000).describe('How long a run waits for further events before it ends, in milliseconds.'),
})

export type WebhookConfig = z.output<typeof webhookConfig>
export type SignatureSpec = WebhookConfig['signature']

const signing = z.string().min(8).max(1_000)

export const webhookSecrets = z.strictObject({
  signingSecret: signing.describe('The secret shared with the sender: signing secret, token or password; at least 8 characters.'),
  previousSigningSecret: signing.optional().describe('The one before, accepted as well while senders change over.'),
  username: z.string().min(1).max(200).optional().describe('User name for the scheme basic.'),
  verifyToken: signing.optional().describe('Token with which GET requests that have hub.verify_token (Meta) are answered with their hub.challenge.'),
})

export type WebhookSecrets = z.output<typeof webhookSecrets>
