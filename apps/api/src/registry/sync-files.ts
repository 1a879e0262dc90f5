import { createHash } from 'node:crypto'
import { claimSetting, type Database, findSetting } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import {
  type AppliedStep,
  applyPlan,
  countSteps,
  type FilePlan,
  FilesInvalid,
  parseSourceFiles,
  planFiles,
  type RegistryClient,
  readSourceFiles,
} from '@inlet/registry-files'
import { monotonicNow, sleep } from '@inlet/runtime'

interface SyncFilesOptions {
  /** A file or folder. */
  readonly path: string
  /** `files`: the files define the sources for as long as this runs. `import`: registers once what is not registered yet. */
  readonly mode: 'files' | 'import'
  /** For `fromEnv`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pollMs: number
}

interface SyncFilesDeps {
  readonly registry: RegistryClient
  readonly database: Database
  readonly log: Logger
}

const FILES_OWNER = 'files'
const IMPORTED = 'sources_imported'
/** When to retry after a failure with a cause outside the files. */
const RETRY_MS = 30_000
/** A folder that is suddenly almost empty is a failed mount rather than intended. */
const MAX_PRUNED = 0.5
const ALWAYS_PRUNED = 5

/** Applies the files now and whenever they change. `close` waits for the current pass. */
export const openFileSync = (deps: SyncFilesDeps, options: SyncFilesOptions): { close(): Promise<void> } => {
  const stopping = new AbortController()
  const running = sync(deps, options, stopping.signal)
  return {
    async close() {
      stopping.abort()
      await running
    },
  }
}

const sync = async (deps: SyncFilesDeps, options: SyncFilesOptions, signal: AbortSignal): Promise<void> => {
  let last = { hash: '', at: 0, done: false }
  while (!signal.aborted) {
    const read = await readFiles(options)
    if (read.hash !== last.hash || (!last.done && monotonicNow() - last.at > RETRY_MS)) {
      last = { hash: read.hash, at: monotonicNow(), done: await applyOnce(deps, options, read) }
      if (options.mode === 'import' && last.done) return
    }
    await sleep(options.pollMs, signal).catch(() => undefined)
  }
}

type ReadFiles = { readonly hash: string } & ({ readonly filed: ReturnType<typeof parseSourceFiles> } | { readonly error: unknown })

const readFiles = async ({ path, env }: SyncFilesOptions): Promise<ReadFiles> => {
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
  try {
    const filed = parseSourceFiles(await readSourceFiles([path]), env)
    return { filed, hash: hashOf(JSON.stringify(filed.map(({ definition }) => definition))) }
  } catch (error) {
    return { error, hash: hashOf(String(error)) }
  }
}

/** Applies the files; returns whether nothing is left to do until they change. */
const applyOnce = async (deps: SyncFilesDeps, options: SyncFilesOptions, read: ReadFiles): Promise<boolean> => {
  const { log } = deps
  if ('error' in read) {
    if (!(read.error instanceof FilesInvalid)) throw read.error
    log.error({ problems: read.error.problems }, `the sources stay as they are: ${options.path} cannot be used`)
    return false
  }
  try {
    return options.mode === 'import' ? await importFiles(deps, read.filed) : await applyFiles(deps, read.filed)
  } catch (error) {
    log.warn({ err: error }, 'applying the source files was interrupted; it will be retried')
    return false
  }
}

const applyFiles = async ({ registry, log }: SyncFilesDeps, filed: ReturnType<typeof parseSourceFiles>): Promise<boolean> => {
  const wanted = await planFiles(registry, filed, { owner: FILES_OWNER, adopt: true, prune: true })
  const plan = withoutMassDelete(wanted, log)
  return report(log, plan, await applyPlan(registry, plan))
}

const importFiles = async ({ registry, database, log }: SyncFilesDeps, filed: ReturnType<typeof parseSourceFiles>): Promise<boolean> => {
  if ((await findSetting(database, IMPORTED)) !== null) {
    log.info('the source files were imported before; the database defines the sources now')
    return true
  }
  const plan = await planFiles(registry, filed, { owner: FILES_OWNER })
  const created = { ...plan, steps: plan.steps.filter(({ action }) => action === 'create' || action === 'refused') }
  const done = report(log, created, await applyPlan(registry, created))
  if (done) await claimSetting(database, IMPORTED, { at: new Date().toISOString() })
  return done
}

const withoutMassDelete = (plan: FilePlan, log: Logger): FilePlan => {
  const { delete: pruned } = countSteps(plan)
  if (pruned <= ALWAYS_PRUNED || pruned <= plan.owned * MAX_PRUNED) return plan
  log.error(
    { pruned, owned: plan.owned },
    'the files lack most sources they defined before: none of those is deleted; remove them in smaller steps if that is intended',
  )
  return { ...plan, steps: plan.steps.filter(({ action }) => action !== 'delete') }
}

const report = (log: Logger, plan: FilePlan, applied: readonly AppliedStep[]): boolean => {
  const refused = [
    ...plan.steps.filter(({ action }) => action === 'refused').map((step) => ({ step, failure: step.failure })),
    ...applied.filter(({ failure }) => failure !== null),
  ]
  for (const { step, failure } of refused) {
    const place = step.filed?.placeOf(failure?.field ?? '') ?? null
    log.error({ source: step.slug, ...place, reason: failure?.reason, next: failure?.next }, `a source of the files is refused: ${failure?.message}`)
  }
  log.info(countSteps(plan), 'the files of sources are applied')
  return refused.length === 0
}
