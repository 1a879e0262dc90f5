import type { SourceSummary } from '@inlet/contract'
import type { FilePlan } from '@inlet/registry-files'
import { printable } from '../output/printable.js'

/** Says what to do about sources that have stopped with an error and that an apply leaves unchanged: unchanged files repair nothing. Pure. */
export const stoppedLines = (plan: Pick<FilePlan, 'steps'>, stopped: readonly Pick<SourceSummary, 'slug'>[]): readonly string[] => {
  const unchanged = new Set(plan.steps.filter(({ action }) => action === 'unchanged').map(({ slug }) => slug))
  return stopped
    .filter(({ slug }) => unchanged.has(slug))
    .map(({ slug }) => {
      const name = printable(slug)
      return `! ${name} is unchanged and in error: \`inlet why ${name}\` says what to do; repaired elsewhere it continues by itself, or at once after \`inlet sources resume ${name}\`.`
    })
}
