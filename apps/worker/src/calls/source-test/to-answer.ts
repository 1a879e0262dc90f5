import { isIP } from 'node:net'
import type { CheckWarning, EgressTarget, StreamSpec } from '@inlet/connector-sdk'
import type { CallParams } from '@inlet/contract'
import { caveatKinds, describeCaveat, type Failure, fillStep, isUrl, type RejectedRecord } from '@inlet/domain'
import { findStreamMapping, findUnknownStreams, type MappedRecord, type Mapping } from '@inlet/mapping'
import type { createCapturedLog } from './capture-log.js'
import { type Step, toSteps } from './preflight.js'
import type { RawSample } from './read-sample.js'
import { showRecord, showRejected } from './show-record.js'
import { hasContentElsewhere, type Warning, warnOf, warnOfClearText } from './warn.js'
import { warnOfMapping } from './warn-of-mapping.js'

/** The findings of a test. */
export interface TestFindings {
  readonly samples: readonly MappedSample[]
  readonly specs: readonly StreamSpec[]
  readonly targets: readonly EgressTarget[]
  /** Whether the connector was given secrets. */
  readonly hasSecrets: boolean
  /** Whether records are only pushed to the connector. */
  readonly pushed: boolean
  readonly browsable: boolean
  /** Whether the connector's own check passed. */
  readonly checked: boolean
  /** The warnings of that check. */
  readonly checkWarnings: readonly CheckWarning[]
  /** The source that next steps refer to; absent for settings that are not saved. */
  readonly subject?: CallParams<'test'>['subject']
  readonly mapping: Mapping | null
  readonly failure: Failure | null
  readonly withoutConnector: boolean
  readonly requests: number
  readonly durationMs: number
  readonly log: ReturnType<typeof createCapturedLog>
}

/** Of an address in brackets, without them. */
const hostOf = (target: EgressTarget): string =>
  'url' in target ? (isUrl(target.url) ? new URL(target.url).hostname.replace(/^\[|\]$/g, '') : target.url) : target.host

export interface MappedSample extends RawSample {
  readonly mapped: readonly MappedRecord[]
}

/** JSON size limit for all samples together; the rest is left out. */
const MAX_SAMPLES_LENGTH = 4_194_304

/** Returns the answer as JSON text, since numbers in records would lose digits as JavaScript numbers. */
export const toAnswer = (found: TestFindings): string => {
  const rejections = found.samples.flatMap(rejectionsOf)
  const records = found.samples.reduce((sum, sample) => sum + sample.records.length, 0)
  const isOfMapping = ({ reason }: RejectedRecord): boolean => reason.startsWith('MAPPING_') || reason === 'RECORD_KEY_MISSING'
  const steps = toSteps({
    failure: found.failure,
    networked: found.targets.length > 0,
    encrypted: found.targets.some((target) => 'url' in target && target.url.startsWith('https:')),
    named: found.targets.some((target) => isIP(hostOf(target)) === 0),
    hasSecrets: found.hasSecrets,
    pushed: found.pushed,
    withoutConnector: found.withoutConnector,
    checked: found.checked,
    mapped: found.mapping !== null && Object.keys(found.mapping).length > 0,
    unmapped: rejections.find(isOfMapping) ?? null,
    unusable: rejections.find((rejection) => !isOfMapping(rejection)) ?? null,
    records: records + rejections.length,
    durationMs: found.durationMs,
  }).map((step) => ({ ...step, next: step.next === null ? null : fillStep(step.next, found.subject?.source ?? '<source>', found.subject?.secrets) }))
  const mayBeEmpty = hasContentElsewhere(found.samples.map((each) => ({ spec: each.spec, found: each.records.length + rejectionsOf(each).length })))
  const { texts, truncated } = showSamples(found.samples)
  const frame = {
    ok: steps.every(({ status }) => status !== 'failed'),
    failure: toFailureView(steps, found),
    steps,
    capabilities: found.withoutConnector ? null : toCapabilities(found),
    rejected: rejections.map(showRejected),
    warnings: [
      ...found.checkWarnings.map((warning) => ({ ...warning, stream: '' })),
      ...warnOfClearText(found),
      ...findUnknownStreams(found.mapping, streamsOf(found)),
      ...found.samples.flatMap((sample) => warnOfSample(sample, mayBeEmpty)),
      ...found.samples.flatMap((sample) =>
        warnOfMapping(
          found.mapping,
          { stream: sample.spec.name, raw: sample.records, stored: sample.mapped.flatMap(({ records: made }) => made) },
          Date.now(),
        ),
      ),
      ...found.samples.flatMap(caveatsOf),
    ],
    metrics: {
      requests: found.requests,
      records,
      recordBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
      durationMs: found.durationMs,
    },
    logs: found.log.lines,
    truncated: truncated || found.log.more > 0,
  }
  return `${JSON.stringify(frame).slice(0, -1)},"records":[${texts.join(',')}]}`
}

/** Empty when the connector was not asked, or failed before that. */
const streamsOf = ({ specs, samples }: TestFindings): readonly string[] =>
  specs.length === 0 ? [] : [...specs.map(({ name }) => name), ...samples.flatMap(({ records }) => records.map(({ stream }) => stream))]

const warnOfSample = (sample: MappedSample, mayBeEmpty: boolean): readonly Warning[] =>
  warnOf({
    spec: sample.spec,
    raw: sample.records,
    mapped: sample.mapped.map(({ records: made }) => made),
    rejected: rejectionsOf(sample).length,
    mayBeEmpty,
  })

const caveatsOf = ({ spec, caveats }: MappedSample): readonly { readonly code: string; readonly stream: string; readonly message: string }[] =>
  caveatKinds(caveats).flatMap((kind) => {
    const counted = caveats[kind]
    return counted === undefined ? [] : [{ code: kind, stream: spec.name, message: describeCaveat(kind, counted) }]
  })

const rejectionsOf = ({ rejected, mapped }: MappedSample): readonly RejectedRecord[] => [...rejected, ...mapped.flatMap((one) => one.rejected ?? [])]

const toFailureView = (steps: readonly Step[], { failure }: TestFindings): object | null => {
  const failed = steps.find(({ status }) => status === 'failed')
  if (failed === undefined) return null
  // The message of a defect belongs in the worker's log only.
  const message = failure?.code === 'internal' ? 'the connector failed' : failed.message
  return { reason: failed.code, message, next: failed.next, ...(failure?.field === undefined ? {} : { field: failure.field }) }
}

const toCapabilities = ({ specs, samples, mapping, browsable }: TestFindings): object => ({
  browsable,
  streams: specs.map(({ name, kind, incremental, deletes, keyFields }) => {
    const own = findStreamMapping(mapping, name)
    return {
      name,
      kind,
      incremental,
      deletes,
      keyFields: keyFields ?? [],
      keys: own === undefined ? null : (own.keys ?? 'kept'),
      estimatedTotal: samples.find(({ spec }) => spec.name === name)?.total ?? null,
    }
  }),
})

const showSamples = (samples: readonly MappedSample[]): { readonly texts: readonly string[]; readonly truncated: boolean } => {
  const texts: string[] = []
  let length = 0
  for (const { records, mapped } of samples) {
    for (const [n, raw] of records.entries()) {
      const { records: mappedRecords = [], rejected = null } = mapped[n] ?? {}
      const text = `{"raw":${showRecord(raw)},"mapped":[${mappedRecords.map(showRecord).join(',')}],"rejected":${JSON.stringify(rejected === null ? null : showRejected(rejected))}}`
      length += text.length
      if (length > MAX_SAMPLES_LENGTH) return { texts, truncated: true }
      texts.push(text)
    }
  }
  return { texts, truncated: false }
}
