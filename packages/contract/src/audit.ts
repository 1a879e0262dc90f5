import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { actorName, moment, pageOf, pageQuery, plainText, timestamp } from './primitives.js'

export const auditEntry = z
  .strictObject({
    id: z.string(),
    actor: z
      .string()
      .meta({ description: '`key:<id>` for an API key, `token:<subject> via <client>` for a token of the issuer, `system` for Inlet itself.' }),
    actorName,
    action: z.string().meta({ example: 'source.update' }),
    targetType: z.string().meta({ example: 'source' }),
    targetId: z.string(),
    targetName: z.string().nullable().meta({
      description:
        'What the target is called, or was before it was deleted: the slug of a source (for a run or a quarantined record, that of its source), the name of a credential, key or sink, the model of a generation. Null if it has no name or if that is not known.',
      example: 'docs',
    }),
    beforeHash: z.string().nullable().meta({ description: 'SHA-256 of the state before the change. Null if there was none.' }),
    afterHash: z.string().nullable().meta({ description: 'SHA-256 of the state after the change. Null if there is none.' }),
    at: timestamp,
  })
  .meta({ id: 'AuditEntry', description: 'Who changed what, and when. Written in the transaction of the change.' })
export const auditPage = pageOf(auditEntry, 'AuditPage')

const text = plainText(200).optional()
export const listAuditQuery = z.strictObject({
  ...pageQuery,
  actor: plainText(1_000)
    .optional()
    .meta({ description: 'The actor, as entries name it, or the name of an API key. `token:<subject>` matches all clients of a subject.' }),
  action: text,
  targetType: text,
  target: text.meta({ description: 'The id of what was changed, or the slug of a source.' }),
  from: moment.optional(),
  to: moment.optional().meta({ description: 'Only changes before this time.' }),
})

export const auditEndpoints = {
  listAudit: defineEndpoint({
    method: 'get',
    path: '/v1/audit',
    scope: 'admin',
    tag: 'audit',
    summary: 'List audit entries, newest first',
    query: listAuditQuery,
    answers: { 200: { description: 'One page.', schema: auditPage } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type AuditEntryView = z.infer<typeof auditEntry>
