import type { PlannedSource, RegistryEntry } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { applyPlan } from './apply-plan.js'
import { parseSourceFiles } from './parse-files.js'
import { countSteps, planFiles } from './plan-files.js'
import type { RegistryClient } from './registry-client.js'

const files = (text: string) => parseSourceFiles([{ file: 'a.yaml', text }], {})

const sorted = (calls: readonly unknown[]): readonly string[] => calls.map((call) => JSON.stringify(call)).sort()

/** A registry that returns for each source what the API would, and records its calls. */
const createRegistry = (known: Readonly<Record<string, Partial<PlannedSource>>>, entries: readonly Partial<RegistryEntry>[] = []) => {
  const calls: unknown[] = []
  let active = 0
  let most = 0
  const note = async (...call: readonly unknown[]): Promise<void> => {
    active += 1
    most = Math.max(most, active)
    calls.push(call)
    await Promise.resolve()
    active -= 1
    if (JSON.stringify(call).includes('broken')) throw new Error('refused')
    if (JSON.stringify(call).includes('fatal')) throw new TypeError('the API is unavailable')
  }
  const client: RegistryClient = {
    async plan(request) {
      calls.push(['plan', request.sources.length, request.owner])
      const items = request.sources.map(
        ({ slug }): PlannedSource => ({ slug, action: 'create', id: null, revision: null, changes: [], failure: null, ...known[slug] }),
      )
      return { items }
    },
    async *list({ managedBy }) {
      yield* entries.filter((entry) => managedBy === undefined || entry.managedBy === managedBy) as RegistryEntry[]
    },
    create: ({ definition, owner, runNow }) => note('create', definition.slug, owner, runNow),
    update: ({ id, revision, change }) => note('update', id, revision, change),
    setPaused: (id, paused) => note('paused', id, paused),
    remove: (id) => note('remove', id),
    explain: (error) => (error instanceof TypeError ? null : { reason: 'NO', message: 'no', next: 'repair it' }),
  }
  return { client, calls, most: () => most }
}

describe('planFiles and applyPlan', () => {
  it('send only what changed, with defaults for what the file leaves out, and pausing by its own call', async () => {
    const { client, calls } = createRegistry({
      a: {
        action: 'update',
        id: 'id-a',
        revision: 7,
        changes: [{ path: 'labels.team' }, { path: 'schedule.cron' }, { path: 'config.url' }, { path: 'paused' }],
      },
      b: { action: 'unchanged', id: 'id-b', revision: 1 },
    })
    const plan = await planFiles(
      client,
      files('sources: { a: { connector: web, config: { url: u } }, b: { connector: web }, c: { connector: web } }'),
      { owner: 'apply' },
    )
    expect(countSteps(plan)).toEqual({ create: 1, update: 1, unchanged: 1, delete: 0, refused: 0 })
    await applyPlan(client, plan, { runNow: false })
    expect(sorted(calls.slice(1))).toEqual(
      sorted([
        ['create', 'c', 'apply', false],
        ['update', 'id-a', 7, { labels: {}, schedule: null, config: { url: 'u' } }],
        ['paused', 'id-a', false],
      ]),
    )
  })

  it('prune what the owner has and the files lack, after everything else', async () => {
    const entries = [
      { id: '1', revision: 1, managedBy: 'apply', definition: { slug: 'gone' } },
      { id: '2', revision: 1, managedBy: 'apply', definition: { slug: 'a' } },
      { id: '3', revision: 1, managedBy: null, definition: { slug: 'made-by-hand' } },
    ]
    const { client, calls } = createRegistry({}, entries)
    const filed = files('sources: { a: { connector: web } }')
    await applyPlan(client, await planFiles(client, filed, { owner: 'apply', prune: true }))
    expect(calls.slice(1)).toEqual([
      ['create', 'a', 'apply', true],
      ['remove', '1'],
    ])
    expect((await planFiles(client, filed, { owner: 'apply', prune: 'all' })).steps.map(({ slug, action }) => `${action} ${slug}`)).toEqual([
      'create a',
      'delete gone',
      'delete made-by-hand',
    ])
    expect(countSteps(await planFiles(client, filed, { owner: 'apply' })).delete).toBe(0)
  })

  it('continue past a source that is refused, and stop when all of them would be', async () => {
    const { client } = createRegistry({})
    const applied = await applyPlan(
      client,
      await planFiles(client, files('sources: { broken: { connector: web }, fine: { connector: web } }'), { owner: 'apply' }),
    )
    expect(Object.fromEntries(applied.map(({ step, failure }) => [step.slug, failure?.reason ?? null]))).toEqual({
      broken: 'NO',
      fine: null,
    })
    const away = await planFiles(client, files('sources: { fatal: { connector: web } }'), { owner: 'apply' })
    await expect(applyPlan(client, away)).rejects.toThrow('the API is unavailable')
  })

  it('compare in batches and change with bounded concurrency', async () => {
    const { client, calls, most } = createRegistry({})
    const many = Array.from({ length: 250 }, (_, index) => `s${index}: { connector: web }`).join(', ')
    const plan = await planFiles(client, files(`sources: { ${many} }`), { owner: 'apply', adopt: true })
    expect(calls).toEqual([100, 100, 50].map((size) => ['plan', size, 'apply']))
    await applyPlan(client, plan, { concurrency: 3 })
    expect([calls.length, most()]).toEqual([253, 3])
  })
})
