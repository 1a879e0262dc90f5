import { type FilePlan, forEach, type PlannedStep } from './plan-files.js'
import type { Refusal, RegistryClient } from './registry-client.js'

export interface ApplyOptions {
  /** Concurrent requests; default 8. */
  readonly concurrency?: number
  /** Whether new sources run immediately; default true. */
  readonly runNow?: boolean
  readonly onDone?: (done: AppliedStep) => void
}

/** The result of one step. */
export interface AppliedStep {
  readonly step: PlannedStep
  /** Null: done. */
  readonly failure: Refusal | null
}

/**
 * Carries out a plan: creates and changes first, then deletes. A step that fails does not stop the others.
 * It is safe to repeat after any interruption: what was done before is then unchanged.
 */
export const applyPlan = async (client: RegistryClient, plan: FilePlan, options: ApplyOptions = {}): Promise<readonly AppliedStep[]> => {
  const applied: AppliedStep[] = []
  const run = async (step: PlannedStep): Promise<void> => {
    const failure = await carryOut(client, step, { owner: plan.owner, runNow: options.runNow ?? true })
    const done = { step, failure }
    applied.push(done)
    options.onDone?.(done)
  }
  const { concurrency = 8 } = options
  await forEach(
    plan.steps.filter(({ action }) => action === 'create' || action === 'update'),
    concurrency,
    run,
  )
  await forEach(
    plan.steps.filter(({ action }) => action === 'delete'),
    concurrency,
    run,
  )
  return applied
}

const carryOut = async (
  client: RegistryClient,
  step: PlannedStep,
  how: { readonly owner: string; readonly runNow: boolean },
): Promise<Refusal | null> => {
  try {
    if (step.action === 'delete') await client.remove(step.id ?? step.slug)
    else if (step.action === 'create') await create(client, step, how)
    else await update(client, step, how.owner)
    return null
  } catch (error) {
    const refusal = client.explain(error)
    if (refusal === null) throw error
    return refusal
  }
}

const create = async (client: RegistryClient, { filed }: PlannedStep, how: { readonly owner: string; readonly runNow: boolean }): Promise<void> => {
  if (filed !== undefined) await client.create({ definition: filed.definition, ...how })
}

/** The value of a field that a file omits. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  labels: {},
  schedule: null,
  freshWithin: null,
  language: 'auto',
  mapping: null,
  credential: null,
}

const update = async (client: RegistryClient, step: PlannedStep, owner: string): Promise<void> => {
  const { filed, id, revision, changes } = step
  if (filed === undefined || id === null || revision === null) return
  const fields = new Set(changes.map(({ path }) => path.split('.')[0] ?? ''))
  const repaused = fields.delete('paused')
  const given: Readonly<Record<string, unknown>> = { ...DEFAULTS, ...definedOf(filed.definition), managedBy: owner }
  const change = Object.fromEntries([...fields].map((field) => [field, given[field]]))
  if (fields.size > 0) await client.update({ id, revision, change })
  if (repaused) await client.setPaused(id, filed.definition.paused === true)
}

const definedOf = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && member !== null))
