import { SCOPES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { timestamp } from './primitives.js'

export const sessionView = z
  .strictObject({
    actor: z.strictObject({ id: z.string(), name: z.string() }).meta({ description: 'The caller, as named in the audit log.' }),
    scopes: z.array(z.enum(SCOPES)),
    may: z.array(z.string()).meta({ description: 'The operations (`operationId`) that these scopes allow.' }),
    needs: z
      .record(z.string(), z.enum(SCOPES))
      .meta({ description: 'The operations that these scopes do not allow, each with the scope that it needs.', example: { listAudit: 'admin' } }),
    csrfToken: z.string().nullable().meta({
      description: 'Send it as X-Inlet-Csrf with every request of the session that changes something. Null for API keys, which do not need it.',
    }),
    expiresAt: timestamp.nullable().meta({ description: 'When the session expires. Null for API keys.' }),
  })
  .meta({ id: 'Session', description: 'The caller and its permissions.' })

export const createSessionBody = z
  .union([
    z.strictObject({ key: z.string().min(1).max(500).meta({ description: 'An API key.' }) }),
    z.strictObject({ link: z.string().min(1).max(200).meta({ description: 'The token of a one-time link, after `#link=`.' }) }),
  ])
  .meta({ id: 'CreateSession' })

export const sessionLink = z
  .strictObject({ path: z.string().meta({ description: 'The path on this API. It signs in once.' }), expiresAt: timestamp })
  .meta({ id: 'SessionLink', description: 'A one-time link for signing in.' })

const tag = 'session'

export const sessionEndpoints = {
  createSession: defineEndpoint({
    method: 'post',
    path: '/v1/sign-in',
    scope: 'public',
    tag,
    summary: 'Sign in with an API key or a one-time link',
    body: createSessionBody,
    answers: { 201: { description: 'Signed in; an HttpOnly cookie is set.', schema: sessionView } },
    reasons: ['UNAUTHENTICATED'],
  }),
  getSession: defineEndpoint({
    method: 'get',
    path: '/v1/session',
    scope: 'read',
    tag,
    summary: 'Get the caller and its permissions',
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
    summary: 'Create a one-time link for signing in',
    answers: { 201: { description: 'The link. It is valid for ten minutes and has the permissions of this key.', schema: sessionLink } },
  }),
} as const

export type SessionView = z.infer<typeof sessionView>
export type SessionLinkView = z.infer<typeof sessionLink>
