import { countSteps, type FilePlan, formatProblem, type PlannedStep, type Refusal } from '@inlet/registry-files'
import { printable, shorten } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'
import type { Terminal } from '../terminal/terminal.js'

const SIGNS = { create: '+', update: '~', delete: '-', refused: '!', unchanged: ' ' } as const
const COLORS = { create: 'green', update: 'yellow', delete: 'red', refused: 'red', unchanged: 'dim' } as const

/** Formats a plan for reading: unchanged sources are only counted. */
export const planLines = (plan: FilePlan, terminal: Terminal): readonly string[] => [
  ...plan.steps.filter(({ action }) => action !== 'unchanged').flatMap((step) => stepLines(step, terminal)),
  summaryOf(plan),
]

/** Formats the summary: `Plan: 1 to create, 2 to change, 0 to delete, 5 unchanged.` */
export const summaryOf = (plan: FilePlan): string => {
  const counts = countSteps(plan)
  const refused = counts.refused > 0 ? ` ${counts.refused} refused.` : ''
  return `Plan: ${counts.create} to create, ${counts.update} to change, ${counts.delete} to delete, ${counts.unchanged} unchanged.${refused}`
}

const stepLines = (step: PlannedStep, terminal: Terminal): readonly string[] => {
  const { action, slug, changes, failure, filed } = step
  const title = `${SIGNS[action]} ${slug}${action === 'create' ? `  (${filed?.definition.connector})` : ''}`
  const details = changes.map(
    ({ path, before, after }) => `    ${path}: ${path === 'secrets' ? 'other values (never shown)' : `${toText(before)} → ${toText(after)}`}`,
  )
  return [terminal[COLORS[action]](title), ...details, ...(failure === null ? [] : refusalLines(step, failure).map((line) => `    ${line}`))]
}

const toText = (value: unknown): string => (value === undefined ? '(none)' : printable(shorten(JSON.stringify(value), 120)))

/** Formats a refusal: where in the files, what is wrong, and what to do about it. */
export const refusalLines = ({ filed }: Pick<PlannedStep, 'filed'>, failure: Refusal): readonly string[] => {
  const problems =
    failure.errors !== undefined && failure.errors.length > 0
      ? failure.errors.map(({ path, message }) => ({ path, text: `${path}: ${message}` }))
      : null
  const all = problems ?? [{ path: failure.field ?? '', text: failure.message }]
  const located = all.map(({ path, text }) => (filed === undefined ? text : formatProblem({ ...filed.placeOf(path), message: text })))
  return [...located, ...(failure.next === '' ? [] : [toNextStep(failure.reason, failure.next, filed?.definition.slug)])].map(printable)
}
