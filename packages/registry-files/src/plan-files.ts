import { type DefinitionChange, MAX_PLANNED, type PlannedSource } from '@inlet/contract'
import type { FiledDefinition } from './parse-files.js'
import type { Refusal, RegistryClient } from './registry-client.js'

export interface PlanOptions {
  /** The owner of the files. New sources get this owner, and only sources of this owner are pruned. */
  readonly owner: string
  /** Take over sources that have another owner, or none. */
  readonly adopt?: boolean
  /** Delete sources of this owner that no file defines any more; `all`: of every owner and of none. */
  readonly prune?: boolean | 'all'
  readonly resendSecrets?: boolean
}

/** What will be done about one source. */
export interface PlannedStep {
  readonly slug: string
  readonly action: 'create' | 'update' | 'unchanged' | 'delete' | 'refused'
  readonly id: string | null
  readonly revision: number | null
  readonly changes: readonly DefinitionChange[]
  readonly failure: Refusal | null
  /** Absent for a source to be deleted. */
  readonly filed?: FiledDefinition
}

export interface FilePlan {
  readonly owner: string
  readonly steps: readonly PlannedStep[]
  /** Number of sources this owner has now. */
  readonly owned: number
}

/** Counts the steps by action. */
export const countSteps = ({ steps }: FilePlan): Readonly<Record<PlannedStep['action'], number>> => {
  const counts = { create: 0, update: 0, unchanged: 0, delete: 0, refused: 0 }
  for (const { action } of steps) counts[action] += 1
  return counts
}

const BATCH_BYTES = 500_000
const AT_A_TIME = 2

/** Compares files with the registry. Changes nothing. */
export const planFiles = async (client: RegistryClient, filed: readonly FiledDefinition[], options: PlanOptions): Promise<FilePlan> => {
  const planned = new Map<string, PlannedSource>()
  await forEach(toBatches(filed), AT_A_TIME, async (batch) => {
    const { items } = await client.plan({
      sources: batch.map(({ definition }) => definition),
      ...(options.adopt ? { owner: options.owner } : {}),
      ...(options.resendSecrets ? { resendSecrets: true } : {}),
    })
    for (const item of items) planned.set(item.slug, item)
  })
  const steps = filed.map((one): PlannedStep => {
    const item = planned.get(one.definition.slug)
    if (item === undefined) throw new Error(`the API did not answer for ${one.definition.slug}`)
    return { ...item, filed: one }
  })
  const { surplus, owned } = options.prune ? await findSurplus(client, planned, options) : { surplus: [], owned: 0 }
  return { owner: options.owner, steps: [...steps, ...surplus], owned }
}

const findSurplus = async (client: RegistryClient, planned: ReadonlyMap<string, unknown>, { owner, prune }: PlanOptions) => {
  const surplus: PlannedStep[] = []
  let owned = 0
  for await (const { id, revision, definition } of client.list(prune === 'all' ? {} : { managedBy: owner })) {
    owned += 1
    const slug = String(definition['slug'])
    if (!planned.has(slug)) surplus.push({ slug, action: 'delete', id, revision, changes: [], failure: null })
  }
  return { surplus, owned }
}

const toBatches = (filed: readonly FiledDefinition[]): readonly (readonly FiledDefinition[])[] => {
  const batches: FiledDefinition[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const one of filed) {
    const size = JSON.stringify(one.definition).length
    if (bytes + size > BATCH_BYTES || batches.at(-1)?.length === MAX_PLANNED) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)?.push(one)
    bytes += size
  }
  return batches
}

/** Does the work for all items, at most `limit` at a time. Throws the first error once those in progress have ended. */
export const forEach = async <T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0
  const errors: unknown[] = []
  const worker = async (): Promise<void> => {
    while (next < items.length && errors.length === 0) {
      const item = items[next] as T
      next += 1
      await work(item).catch((error: unknown) => errors.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (errors.length > 0) throw errors[0]
}
