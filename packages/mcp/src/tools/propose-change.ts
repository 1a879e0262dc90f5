import type { DraftReview, DraftView, SavedSource, TestResult } from '@inlet/contract'
import { z } from 'zod'
import { shortenText } from '../fit.js'
import { ApiRefusal, type InletApi, segment } from '../inlet-api.js'
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
  data: untrusted.describe('samples'),
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
  const review = await api<DraftReview>({ method: 'POST', path: `${path}/review` }).catch(toProblem)
  const tried = 'counts' in review ? review : null
  return {
    planId: toPlanId({ publish: source, revision: draft.revision }),
    source,
    passes: tried?.passes ?? false,
    changes: draft.changes
      .slice(0, 40)
      .map(({ path: field, before, after }) => line(`${field}: ${JSON.stringify(before) ?? '(unset)'} → ${JSON.stringify(after) ?? '(unset)'}`)),
    counts: tried?.counts ?? {},
    problems: [
      ...(tried === null ? [line(`it could not be tried: ${(review as { message: string }).message}`)] : []),
      ...(tried?.examples.broken ?? []).map(({ name }) => line(`breaks the example ${name}`)),
      ...[...draft.warnings, ...(tried?.warnings ?? [])].map(({ message }) => line(message)),
    ].slice(0, 20),
    data: markUntrusted(source, {
      samples: (tried?.changes ?? []).slice(0, 10).map((change) => line(`${change.kind} ${change.stream} ${change.key} ${change.message ?? ''}`)),
    }),
  }
}

const proposeSource = async (api: InletApi, given: Input): Promise<z.input<typeof output>> => {
  const { name, connector, credential, config = {}, mapping: expressions = null, schedule: due = null } = given
  if (name === undefined || connector === undefined)
    throw new ApiRefusal(422, { code: 'VALIDATION_FAILED', detail: 'a new source needs name and connector', next: 'Or name the source to change.' })
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
  return {
    planId: toPlanId({ start: saved.slug, revision: saved.revision }),
    source: saved.slug,
    passes: test.ok,
    changes: [`registers ${saved.slug}, paused: nothing is read before publish_change`],
    counts: { records: test.metrics.records },
    problems: test.steps.filter(({ status }) => status === 'failed').map((step) => line(`${step.name}: ${step.message ?? ''} ${step.next ?? ''}`)),
    data: markUntrusted(saved.slug, { samples: test.records.slice(0, 5).map(({ raw }) => line(JSON.stringify(raw))) }),
  }
}

const toProblem = (error: unknown): { readonly message: string } => {
  if (error instanceof ApiRefusal) return { message: error.message }
  throw error
}
