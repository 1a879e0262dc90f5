import { readFileSync } from 'node:fs'
import type { SourceSummary } from '@inlet/contract'
import {
  type AppliedStep,
  applyPlan,
  countSteps,
  type FilePlan,
  parseSourceFiles,
  planFiles,
  readSourceFiles,
  type SourceFile,
} from '@inlet/registry-files'
import { collect, listAll } from '../client/list-all.js'
import { EXIT } from '../output/exit-codes.js'
import { printable } from '../output/format.js'
import { isForPeople, print } from '../output/print.js'
import { createHttpRegistry } from '../registry/http-registry.js'
import { planLines, refusalLines } from '../registry/plan-lines.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

export interface ApplyFlags extends RemoteFlags {
  readonly file: readonly string[]
  readonly dryRun?: boolean
  readonly prune?: boolean
  readonly pruneAll?: boolean
  readonly yes?: boolean
  readonly owner: string
  readonly adopt?: boolean
  readonly skipRefused?: boolean
  readonly resendSecrets?: boolean
  readonly run: boolean
}

/** `inlet apply`: files → plan → difference → changes. Returns the exit code. */
export const apply = async (flags: ApplyFlags, context: CommandContext): Promise<number> => {
  const { terminal } = context
  const filed = parseSourceFiles(await readFiles(flags.file), context.env)
  const api = openApi(flags, context)
  const registry = createHttpRegistry(api)
  const plan = await planFiles(registry, filed, {
    owner: flags.owner,
    adopt: flags.adopt === true,
    prune: flags.pruneAll ? 'all' : flags.prune === true,
    resendSecrets: flags.resendSecrets === true,
  })
  const counts = countSteps(plan)
  const changes = counts.create + counts.update + counts.delete
  const people = isForPeople(flags)
  const printPlan = (document: ReturnType<typeof toDocument>): void =>
    print(context, flags, { document, lines: () => [], names: () => document.sources.map(({ slug }) => slug) })
  if (people) {
    const stopped = counts.unchanged === 0 ? [] : await collect(listAll<SourceSummary>(api, '/v1/sources', { status: 'ERROR' }))
    for (const line of [...planLines(plan, terminal), ...stoppedLines(plan, stopped)]) terminal.line(line)
  }
  const blocked = counts.refused > 0 && !flags.skipRefused
  if (flags.dryRun || blocked || changes === 0) {
    if (!people) printPlan(toDocument(plan, []))
    else if (blocked && !flags.dryRun) terminal.line('Nothing was changed. Correct what is refused, or apply the rest with --skip-refused.')
    if (counts.refused > 0) return EXIT.failed
    return changes > 0 ? EXIT.changes : EXIT.done
  }
  if (counts.delete > 0 && !flags.yes && !(await context.confirm(`Delete ${counts.delete} sources with all their records?`)))
    throw new Error(`${counts.delete} sources would be deleted with all their records: add --yes to confirm; nothing was changed`)
  const applied = await applyPlan(registry, plan, { runNow: flags.run })
  if (!people) printPlan(toDocument(plan, applied))
  else for (const line of appliedLines(plan, applied)) terminal.line(line)
  return counts.refused > 0 || applied.some(({ failure }) => failure !== null) ? EXIT.failed : EXIT.done
}

/** Reads source files; `-` is standard input. */
const readFiles = async (paths: readonly string[]): Promise<readonly SourceFile[]> => {
  const files: SourceFile[] = []
  for (const path of paths) files.push(...(path === '-' ? [{ file: 'stdin', text: readFileSync(0, 'utf8') }] : await readSourceFiles([path])))
  return files
}

const appliedLines = (plan: FilePlan, applied: readonly AppliedStep[]): readonly string[] => {
  const count = (action: string): number => applied.filter(({ step, failure }) => step.action === action && failure === null).length
  const failed = applied.flatMap(({ step, failure }) =>
    failure === null ? [] : [`! ${step.slug}`, ...refusalLines(step, failure).map((line) => `    ${line}`)],
  )
  const left = failed.length > 0 ? ' What failed is tried again by the next apply.' : ''
  return [
    ...failed,
    `Applied: ${count('create')} created, ${count('update')} changed, ${count('delete')} deleted, ${countSteps(plan).unchanged} unchanged.${left}`,
  ]
}

const toDocument = (plan: FilePlan, applied: readonly AppliedStep[]) => {
  const results = new Map(applied.map(({ step, failure }) => [step.slug, failure]))
  return {
    counts: countSteps(plan),
    sources: plan.steps.map(({ slug, action, id, changes, failure }) => ({
      slug,
      action,
      id,
      changes,
      applied: results.get(slug) === null,
      failure: failure ?? results.get(slug) ?? null,
    })),
  }
}

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
