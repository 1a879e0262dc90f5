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
 * The calls between API and worker: what is asked, what is answered, and how long the worker may take (ms). Both sides parse with these schemas.
 * Members that are not known are dropped, since the other side may be of another version.
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
  /** What lies at a path. */
  browse: {
    params: z.object({ path: z.string(), limit: z.int().min(1).max(1_000) }),
    answer: z.object(browsePage.omit({ cache: true }).shape),
    limitMs: 10_000,
  },
  metadata: { params: z.object({ path: z.string() }), answer: z.object(itemMetadata.omit({ cache: true }).shape), limitMs: 10_000 },
  /** Stores the content of an item under `id`, from where the API streams it. */
  fetch: {
    params: z.object({ path: z.string(), stamp: z.string(), maxBytes: z.number(), ttlSeconds: z.number() }),
    answer: z.object({ id: z.uuid(), name: z.string(), mediaType: z.string(), size: z.int(), sha256: z.string() }),
    limitMs: 60_000,
  },
  /** The answer is JSON text of a TestResult: parsing it would round its numbers. The mapping was checked when it was saved or sent. */
  test: {
    params: z.object({
      mapping: z.record(z.string(), z.object({ expression: z.string(), keys: z.enum(['kept', 'set']).optional() })).nullable(),
      stream: z.string().optional(),
      limit: z.int().min(1).max(20),
      sample: sample.optional(),
      // The same as JSON text with all digits of its numbers. Workers of earlier versions read `sample` alone.
      sampleJson: z.string().optional(),
      // The source that next steps are about, and the secrets they set again.
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
  /** Opens a version that has just become live. As slow as its system is; no one waits for the answer. */
  open: { params: z.object({ versionId: z.uuid() }), answer: z.object({ opened: z.boolean() }), limitMs: 60_000 },
  /** Tries a draft and the live version on the same records. */
  review: { params: z.object({ revision: z.int() }), answer: z.object(draftReview.omit({ passes: true }).shape), limitMs: 10_000 },
  /** The same check for a source that stopped, whose result is written down; no one waits for the answer. */
  recheck: {
    params: z.object({ versionId: z.uuid() }),
    answer: z.object({ reason: z.string().nullable(), runId: z.uuid().nullable() }),
    limitMs: 15_000,
  },
  /** A message without changes to a sink, to see what its receiver answers. */
  sink: {
    params: z.object({ sinkId: z.uuid() }),
    answer: z.object(sinkTest.shape).omit({ next: true }),
    limitMs: 10_000,
  },
  /** Settings proposed from a document. */
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

/** What a call of this kind brings along, once parsed. */
export type CallParams<K extends CallKind> = Frozen<z.output<(typeof CALLS)[K]['params']>>
/** The same before defaults are filled in. */
export type CallParamsInput<K extends CallKind> = Frozen<z.input<(typeof CALLS)[K]['params']>>
export type CallAnswer<K extends CallKind> = Frozen<z.output<(typeof CALLS)[K]['answer']>>
