import { moment } from '@inlet/connector-sdk'
import { z } from 'zod'

/** The streams a source may choose from, in the order they are read. */
export const STREAMS = ['channels', 'users', 'messages', 'threads', 'reactions'] as const
export type SlackStream = (typeof STREAMS)[number]
/** The streams derived from the history of channels. */
export type HistoryStream = 'messages' | 'threads' | 'reactions'

const pattern = z.string().min(1).max(100)

/** Settings of the `slack` connector. */
export const slackConfig = z.strictObject({
  channels: z
    .array(pattern)
    .min(1)
    .max(300)
    .default(['*'])
    .describe('Channels by name, id or glob (team-*); the app must be a member. Globs skip channels the app is not in.'),
  exclude: z.array(pattern).max(300).default([]).describe('Channels to leave out, by name, id or glob.'),
  types: z
    .array(z.enum(['public_channel', 'private_channel', 'mpim', 'im']))
    .min(1)
    .default(['public_channel'])
    .describe('Kinds of conversations; each needs its own scopes.'),
  archived: z.boolean().default(false).describe('Whether archived channels are read.'),
  streams: z
    .array(z.enum(STREAMS))
    .min(1)
    .default([...STREAMS])
    .describe('What to read.'),
  since: moment.optional().describe('Leave out messages before this time (ISO 8601).'),
  lookbackDays: z
    .int()
    .min(0)
    .max(365)
    .default(3)
    .describe('How many days back each run looks for edits, deletions, reactions and replies; each day costs requests.'),
  baseUrl: z.string().min(1).max(2_048).default('https://slack.com/api').describe('Address of the Web API; https://slack-gov.com/api for GovSlack.'),
  pageSize: z.int().min(1).max(999).default(200).describe('Messages per request; Slack gives apps outside its Marketplace at most 15.'),
  timeoutMs: z.int().min(1_000).max(120_000).default(30_000).describe('Timeout of one request, in milliseconds.'),
  retries: z.int().min(0).max(5).default(2).describe('How often a request is tried again after a temporary failure.'),
})

export type SlackConfig = z.infer<typeof slackConfig>

export const slackSecrets = z.strictObject({
  token: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .describe('Bot token of the app (xoxb-…); a user token (xoxp-…) works too.'),
})

export type SlackSecrets = z.infer<typeof slackSecrets>
