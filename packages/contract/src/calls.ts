import type { CallKind } from '@inlet/domain'
import { z } from 'zod'
import { browsePage, itemMetadata } from './browse.js'
import { proposal } from './connectors.js'
import type { Frozen } from './primitives.js'
import { sinkTest } from './sinks.js'
import { draftReview } from './sources/draft-review.js'
import { warning } from './sources/source.js'
import { previewResult } from './sources/source-parts.js'
import { sample } from './sources/test-source.js'

const none = z.object({})

/**
 * The calls between API and worker: parameters, answer, and how long the worker may take (ms). Both sides parse with these schemas. Unknown members
 * are dropped, since the other side may be of another version.
 */
export const CALLS = {
  /** Connects and runs the connector's own check. */
  check: { params: none, answer: z.object({ ok: z.literal(true), warnings: z.array(warning).default([]) }), limitMs: 10_000 },
  /** The first records of a source. `dataJson` is JSON text, so that numbers keep their digits. */
  preview: {
    params: z.object({ stream: z.string().optional(), limit: z.int().min(1).max(20) }),
    answer: z.object({
      streams: previewResult.shape.streams,
      records: z.array(z.object(previewResult.shape.records.element.omit({ data: true }).shape).extend({ dataJson: z.string() })),
      rejected: previewResult.shape.rejected,
    }),
    limitMs: 10_000,
  },
  /** Lists the items at a path. */
  browse: {
    params: z.object({ path: z.string(), limit: z.int().min(1).max(1_000) }),
    answer: z.object(browsePage.omit({ cache: true }).shape),
    limitMs: 10_000,
  },
  metadata: { params: z.object({ path: z.string() }), answer: z.object(itemMetadata.omit({ cache: true }).shape), limitMs: 10_000 },
  /** Stores the content of an item under `id`, for the API to stream. */
  fetch: {
    params: z.object({ path: z.string(), stamp: z.string(), maxBytes: z.number(), ttlSeconds: z.number() }),
    answer: z.object({ id: z.uuid(), name: z.string(), mediaType: z.string(), size: z.int(), sha256: z.string() }),
    limitMs: 60_000,
  },
  /**
   * Tests a source. The answer is JSON text of a TestResult: parsing it would round its numbers. The mapping was validated when it was saved or sent.
   */
  test: {
    params: z.object({
      mapping: z.record(z.string(), z.object({ expression: z.string(), keys: z.enum(['kept', 'set']).optional() })).nullable(),
      stream: z.string().optional(),
      limit: z.int().min(1).max(20),
      sample: sample.optional(),
      // `sample` as JSON text with all digits of its numbers. Workers of earlier versions read only `sample`.
      sampleJson: z.string().optional(),
      // The source that next steps refer to, and the secrets they replace.
      subject: z
        .object({
          source: z.string(),
          secrets: z.object({ names: z.array(z.string()), credential: z.object({ id: z.string(), name: z.string() }).nullable() }),
        })
        .optional(),
    }),
    answer: z.object({ json: z.string() }),
    limitMs: 10_000,
  },
  /** Opens a version that has just gone live. Takes as long as its system does; nobody waits for the answer. */
  open: { params: z.object({ versionId: z.uuid() }), answer: z.object({ opened: z.boolean() }), limitMs: 60_000 },
  /** Tries a draft and the live version on the same records. */
  review: { params: z.object({ revision: z.int() }), answer: z.object(draftReview.omit({ passes: true }).shape), limitMs: 10_000 },
  /** Runs the connector's check for a source that stopped, and stores the result; nobody waits for the answer. */
  recheck: {
    params: z.object({ versionId: z.uuid() }),
    answer: z.object({ reason: z.string().nullable(), runId: z.uuid().nullable() }),
    limitMs: 15_000,
  },
  /** Sends a message without changes to a sink, to see its receiver's response. */
  sink: {
    params: z.object({ sinkId: z.uuid() }),
    answer: z.object(sinkTest.shape).omit({ next: true }),
    limitMs: 10_000,
  },
  /** Proposes settings from a document. */
  import: {
    params: z.object({
      document: z.string().optional(),
      url: z.string().optional(),
      upload: z.string().optional(),
      paths: z.array(z.string()).default([]),
    }),
    answer: z.object(proposal.shape),
    limitMs: 10_000,
  },
} as const satisfies Readonly<Record<CallKind, { readonly params: z.ZodObject; readonly answer: z.ZodObject; readonly limitMs: number }>>

/** The parameters of a call of this kind, once parsed. */
export type CallParams<K extends CallKind> = Frozen<z.output<(typeof CALLS)[K]['params']>>
/** The parameters before defaults are filled in. */
export type CallParamsInput<K extends CallKind> = Frozen<z.input<(typeof CALLS)[K]['params']>>
export type CallAnswer<K extends CallKind> = Frozen<z.output<(typeof CALLS)[K]['answer']>>
