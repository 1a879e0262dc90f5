import { SCOPES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { timestamp } from './primitives.js'

export const sessionView = z
  .strictObject({
    actor: z.strictObject({ id: z.string(), name: z.string() }).meta({ description: 'Who acts, as the audit log names them.' }),
    scopes: z.array(z.enum(SCOPES)),
    may: z.array(z.string()).meta({ description: 'The operations (operationId) that these scopes allow.' }),
    csrfToken: z
      .string()
      .nullable()
      .meta({ description: 'To send as X-Inlet-Csrf with every request of the session that changes something; null for API keys, which need none.' }),
    expiresAt: timestamp.nullable().meta({ description: 'When the session ends; null for API keys.' }),
  })
  .meta({ id: 'Session', description: 'Who is signed in, and what they may do.' })

export const createSessionBody = z
  .union([
    z.strictObject({ key: z.string().min(1).max(500).meta({ description: 'An API key.' }) }),
    z.strictObject({ link: z.string().min(1).max(200).meta({ description: 'What a one-time link carries after #link=.' }) }),
  ])
  .meta({ id: 'CreateSession' })

export const sessionLink = z
  .strictObject({ path: z.string().meta({ description: 'On this API; signs in once.' }), expiresAt: timestamp })
  .meta({ id: 'SessionLink', description: 'A link that signs in once.' })

const tag = 'session'

export const sessionEndpoints = {
  createSession: defineEndpoint({
    method: 'post',
    path: '/v1/sign-in',
    scope: 'public',
    tag,
    summary: 'Sign in with an API key or a one-time link; sets an HttpOnly cookie',
    body: createSessionBody,
    answers: { 201: { description: 'Signed in.', schema: sessionView } },
    reasons: ['UNAUTHENTICATED'],
  }),
  getSession: defineEndpoint({
    method: 'get',
    path: '/v1/session',
    scope: 'read',
    tag,
    summary: 'Who is signed in, by cookie or API key, and what they may do',
    answers: { 200: { description: 'The caller.', schema: sessionView } },
  }),
  deleteSession: defineEndpoint({
    method: 'delete',
    path: '/v1/session',
    scope: 'read',
    tag,
    summary: 'Sign out',
    answers: { 204: { description: 'Signed out; the cookie is removed.' } },
  }),
  createSessionLink: defineEndpoint({
    method: 'post',
    path: '/v1/session/link',
    scope: 'admin',
    tag,
    summary: 'Make a link that signs in once, within ten minutes, with the rights of this key',
    answers: { 201: { description: 'The link.', schema: sessionLink } },
  }),
} as const

export type SessionView = z.infer<typeof sessionView>
export type SessionLinkView = z.infer<typeof sessionLink>
