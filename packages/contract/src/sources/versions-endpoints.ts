import { z } from 'zod'
import { defineEndpoint } from '../endpoint.js'
import { sourceRef } from '../primitives.js'
import { draftReview, example, exampleList, exampleName, saveExampleBody } from './draft-review.js'
import { createdSource } from './source.js'
import { contentDiff, diffQuery, draft, publishBody, rollBackBody, saveDraftBody, version, versionPage, versionsQuery } from './versions.js'

const tag = 'versions'
const params = z.strictObject({ id: sourceRef })
const exampleParams = z.strictObject({ id: sourceRef, name: exampleName })

export const versionEndpoints = {
  listVersions: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/versions',
    scope: 'read',
    tag,
    summary: 'List the versions of a source, newest first',
    params,
    query: versionsQuery,
    answers: { 200: { description: 'One page.', schema: versionPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getVersion: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/versions/:number',
    scope: 'read',
    tag,
    summary: 'Get a version by its number',
    params: z.strictObject({
      id: sourceRef,
      number: z
        .string()
        .regex(/^[1-9]\d{0,8}$/)
        .transform(Number)
        .meta({ type: 'integer', minimum: 1 }),
    }),
    answers: { 200: { description: 'The version.', schema: version } },
  }),
  diffVersions: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/diff',
    scope: 'read',
    tag,
    summary: 'Compare two versions field by field',
    params,
    query: diffQuery,
    answers: { 200: { description: 'The fields that differ.', schema: contentDiff } },
  }),
  saveDraft: defineEndpoint({
    method: 'put',
    path: '/v1/sources/:id/draft',
    scope: 'write',
    definesSources: true,
    tag,
    summary: 'Write the draft of the next version',
    description: 'A source has one draft. If-Match is required to replace one that exists; `*` replaces whatever is there.',
    params,
    body: saveDraftBody,
    ifMatch: 'optional',
    answers: { 200: { description: 'Replaced; ETag is set.', schema: draft }, 201: { description: 'Made; ETag is set.', schema: draft } },
    reasons: ['PRECONDITION_REQUIRED', 'PRECONDITION_FAILED', 'INVALID_CRON', 'CRON_NEVER_FIRES', 'INVALID_TIMEZONE', 'MAPPING_SYNTAX'],
  }),
  getDraft: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/draft',
    scope: 'read',
    tag,
    summary: 'Get the draft and what it would change',
    params,
    answers: { 200: { description: 'The draft; ETag is set.', schema: draft } },
  }),
  deleteDraft: defineEndpoint({
    method: 'delete',
    path: '/v1/sources/:id/draft',
    scope: 'write',
    tag,
    summary: 'Throw the draft away',
    params,
    ifMatch: 'optional',
    answers: { 204: { description: 'Gone.' } },
    reasons: ['PRECONDITION_FAILED'],
  }),
  reviewDraft: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/draft/review',
    scope: 'write',
    tag,
    summary: 'Try the draft and the live version on the same records',
    description: 'A worker maps up to 50 records of each stream with both versions and tries the examples. Nothing is stored and no cursor moves.',
    params,
    answers: { 200: { description: 'What would change.', schema: draftReview } },
    reasons: ['CHECK_TIMEOUT', 'PUBLISH_BLOCKED'],
  }),
  listExamples: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/examples',
    scope: 'read',
    tag,
    summary: 'List the examples that a publication must not break',
    params,
    answers: { 200: { description: 'All of them.', schema: exampleList } },
  }),
  getExample: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/examples/:name',
    scope: 'read',
    tag,
    summary: 'Get an example',
    params: exampleParams,
    answers: { 200: { description: 'The example.', schema: example } },
  }),
  saveExample: defineEndpoint({
    method: 'put',
    path: '/v1/sources/:id/examples/:name',
    scope: 'write',
    tag,
    summary: 'Write an example: a record and what the mapping must make of it',
    params: exampleParams,
    body: saveExampleBody,
    answers: { 200: { description: 'Replaced.', schema: example }, 201: { description: 'Made.', schema: example } },
  }),
  deleteExample: defineEndpoint({
    method: 'delete',
    path: '/v1/sources/:id/examples/:name',
    scope: 'write',
    tag,
    summary: 'Delete an example',
    params: exampleParams,
    answers: { 204: { description: 'Gone.' } },
  }),
  publishDraft: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/draft/publish',
    scope: 'write',
    definesSources: true,
    tag,
    summary: 'Make the draft the live version',
    description:
      'Runs that begin from now on use it; one that is active ends on the version it began with. When the source has or gets a mapping, or has examples, both versions are first tried on the same records; see docs/guides/versions.md.',
    params,
    body: publishBody,
    bodyOptional: true,
    ifMatch: true,
    answers: { 200: { description: 'The source as it is now; ETag is set.', schema: createdSource } },
    reasons: ['PRECONDITION_REQUIRED', 'PRECONDITION_FAILED', 'VERSION_UNCHANGED', 'PUBLISH_BLOCKED', 'EXAMPLES_BROKEN', 'CHECK_TIMEOUT'],
  }),
  rollBack: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/rollback',
    scope: 'write',
    definesSources: true,
    tag,
    summary: 'Publish the content of an earlier version anew',
    params,
    body: rollBackBody,
    ifMatch: 'optional',
    answers: { 200: { description: 'The source as it is now; ETag is set.', schema: createdSource } },
    reasons: ['PRECONDITION_FAILED', 'VERSION_UNCHANGED'],
  }),
} as const
