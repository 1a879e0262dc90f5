import type { DraftReview, DraftView, SavedSource, TestResult } from '@inlet/contract'
import { z } from 'zod'
import { shortenText } from '../fit.js'
import { ApiRefusal, type InletApi, segment, ToolRefusal } from '../inlet-api.js'
import { knownCode, knownReason, stepOf } from '../own-words.js'
import { toPlanId } from '../plan-id.js'
import { defineTool } from '../tool.js'
import { cleanText, markUntrusted, untrusted } from '../untrusted.js'

const settings = z.record(z.string(), z.unknown())
const mapping = z.record(z.string(), z.object({ expression: z.string(), keys: z.enum(['kept', 'set']).optional() }))
const schedule = z.object({ cron: z.string(), timeZone: z.string().default('UTC') })

const input = z.object({
  source: z.string().optional().describe('The source to change (slug); leave out for a new one.'),
  name: z.string().optional().describe('Name of a new source.'),
  connector: z.string().optional().describe('Connector of a new source, such as web.'),
  credential: z.string().optional().describe('Name of a shared credential for a new source; secrets cannot be given here.'),
  config: settings.optional().describe('All settings, replacing the present ones.'),
  mapping: mapping.nullable().optional().describe('JSONata expressions by stream.'),
  schedule: schedule.nullable().optional().describe('Cron and time zone.'),
})
type Input = z.output<typeof input>

const output = z.looseObject({
  planId: z.string(),
  source: z.string(),
  passes: z.boolean(),
  changes: z.array(z.string()),
  problems: z.array(z.string()),
  data: untrusted.describe('samples, problems'),
})

/** Creates a draft, or registers a new source paused, and tries it on real records. Nothing live changes. */
export const proposeChange = defineTool({
  name: 'propose_change',
  description:
    'Draft a change of a source, or register a new one paused, and try it on real records. Nothing live changes; show the result to a person, then publish_change.',
  scope: 'write',
  hints: { readOnlyHint: false, destructiveHint: false },
  input,
  output,
  run: ({ api }, given) => (given.source === undefined ? proposeSource(api, given) : proposeDraft(api, given.source, given)),
})

const MAX_LINE = 300
const line = (text: string): string => shortenText(cleanText(text), MAX_LINE)

const proposeDraft = async (
  api: InletApi,
  source: string,
  { config, mapping: expressions, schedule: due }: Input,
): Promise<z.input<typeof output>> => {
  const path = `/v1/sources/${segment(source)}/draft`
  const body = {
    ...(config !== undefined && { config }),
    ...(expressions !== undefined && { mapping: expressions }),
    ...(due !== undefined && { schedule: due }),
  }
  const draft = await api<DraftView>({ method: 'PUT', path, body, headers: { 'if-match': '*' } })
  const review = await api<DraftReview>({ method: 'POST', path: `${path}/review` }).catch(toRefusal)
  const tried = review instanceof ApiRefusal ? null : review
  const warnings = [...draft.warnings, ...(tried?.warnings ?? [])]
  return {
    planId: toPlanId({ publish: source, revision: draft.revision }),
    source,
    passes: tried?.passes ?? false,
    changes: draft.changes
      .slice(0, 40)
      .map(({ path: field, before, after }) => line(`${field}: ${JSON.stringify(before) ?? '(unset)'} → ${JSON.stringify(after) ?? '(unset)'}`)),
    counts: tried?.counts ?? {},
    problems: [
      ...(review instanceof ApiRefusal ? [`it could not be tried: ${knownReason(review.code)}`] : []),
      ...(tried?.examples.broken ?? []).map(({ name }) => line(`breaks the example ${name}`)),
      ...warnings.map(({ code }) => `${knownCode(code)}: see data.problems`),
    ].slice(0, 20),
    data: markUntrusted(source, {
      problems: [...(review instanceof ApiRefusal ? [review.message] : []), ...warnings.map(({ code, message }) => `${code}: ${message}`)]
        .slice(0, 20)
        .map(line),
      samples: (tried?.changes ?? []).slice(0, 10).map((change) => line(`${change.kind} ${change.stream} ${change.key} ${change.message ?? ''}`)),
    }),
  }
}

const proposeSource = async (api: InletApi, given: Input): Promise<z.input<typeof output>> => {
  const { name, connector, credential, config = {}, mapping: expressions = null, schedule: due = null } = given
  if (name === undefined || connector === undefined)
    throw new ToolRefusal(422, { code: 'VALIDATION_FAILED', detail: 'a new source needs name and connector', next: 'Or name the source to change.' })
  const use = credential === undefined ? {} : { credential }
  const test = await api<TestResult>({
    method: 'POST',
    path: '/v1/sources/test',
    body: { connector, config, mapping: expressions, limit: 5, ...use },
  })
  const saved = await api<SavedSource>({
    method: 'POST',
    path: '/v1/sources',
    body: { name, connector, config, mapping: expressions, schedule: due, paused: true, runNow: false, ...use },
  })
  const failed = test.steps.filter(({ status }) => status === 'failed')
  const reason = knownReason(test.failure?.reason ?? '')
  return {
    planId: toPlanId({ start: saved.slug, revision: saved.revision }),
    source: saved.slug,
    passes: test.ok,
    changes: [`registers ${saved.slug}, paused: nothing is read before publish_change`],
    counts: { records: test.metrics.records },
    problems: failed.map(({ name: step }) => `${step}: ${reason} ${stepOf(reason, saved.slug)}`),
    data: markUntrusted(saved.slug, {
      problems: failed.map((step) => line(`${step.name}: ${step.message ?? ''} ${step.next ?? ''}`)),
      samples: test.records.slice(0, 5).map(({ raw }) => line(JSON.stringify(raw))),
    }),
  }
}

const toRefusal = (error: unknown): ApiRefusal => {
  if (error instanceof ApiRefusal) return error
  throw error
}
