import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { moment, pageOf, pageQuery, plainText, timestamp } from './primitives.js'

export const auditEntry = z
  .strictObject({
    id: z.string(),
    actor: z.string().meta({ description: '`key:<id>` for an API key, `system` for Inlet itself.' }),
    action: z.string().meta({ example: 'source.update' }),
    targetType: z.string().meta({ example: 'source' }),
    targetId: z.string(),
    beforeHash: z.string().nullable().meta({ description: 'sha256 of the state before; null where there was none.' }),
    afterHash: z.string().nullable().meta({ description: 'sha256 of the state after; null where there is none.' }),
    at: timestamp,
  })
  .meta({ id: 'AuditEntry', description: 'Who changed what and when, written in the transaction of the change.' })
export const auditPage = pageOf(auditEntry, 'AuditPage')

const text = plainText(200).optional()
export const listAuditQuery = z.strictObject({
  ...pageQuery,
  actor: text,
  action: text,
  targetType: text,
  target: text.meta({ description: 'The id of what was changed.' }),
  from: moment.optional(),
  to: moment.optional().meta({ description: 'Before this moment.' }),
})

export const auditEndpoints = {
  listAudit: defineEndpoint({
    method: 'get',
    path: '/v1/audit',
    scope: 'admin',
    tag: 'audit',
    summary: 'List who changed what, newest first',
    query: listAuditQuery,
    answers: { 200: { description: 'One page.', schema: auditPage } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type AuditEntryView = z.infer<typeof auditEntry>
