import { createRowsTable } from '../inputs/rows-table.js'
import type { Measure } from '../report/measure.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { type MemorySample, sampleMemory } from '../stack/memory-sampler.js'
import { openStack } from '../stack/stack.js'
import type { Scenario } from './scenario.js'

const MIB = 1_048_576
const LIMIT_MIB = 250

/** Resident memory of worker and scribe while a large table is read: the peak, and whether it grows with the input. */
export const measureMemory: Scenario = async (context) => {
  const { backend, settings, postgres, note } = context
  const table = await createRowsTable(postgres, 'bench_memory_source', settings.memoryRows)
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'memory', workers: 1 })
  try {
    const watched = stack.processes.filter(({ app }) => app !== 'api').map((entry) => ({ entry, sampler: sampleMemory(entry.pid) }))
    const { seconds } = await ingestOnce(stack, { name: 'Large table', connector: 'postgres', config: table.config, secrets: table.secrets })
    note(`${settings.memoryRows} rows in ${seconds.toFixed(1)} s`)
    return watched.flatMap(({ entry, sampler }) => toMeasures(backend, entry.app, sampler.stop(), settings.memoryRows))
  } finally {
    await stack.close()
  }
}

const toMeasures = (backend: Measure['backend'], app: string, samples: readonly MemorySample[], rows: number): readonly Measure[] => {
  const end = samples.at(-1)?.atMs ?? 0
  const around = (share: number): number => {
    const near = samples.filter(({ atMs }) => Math.abs(atMs - share * end) <= 0.05 * end)
    return near.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, near.length) / MIB
  }
  const peak = Math.max(...samples.map(({ bytes }) => bytes)) / MIB
  return [
    {
      scenario: 'memory',
      backend,
      what: `${app}: peak while ${rows.toLocaleString('en-US')} rows are read`,
      value: peak,
      unit: 'MiB',
      target: { of: 'value', sense: 'below', limit: LIMIT_MIB },
    },
    {
      scenario: 'memory',
      backend,
      what: `${app}: at the end, beside a quarter of the way`,
      value: around(1),
      unit: 'MiB',
      beside: { name: 'at 25 %', value: around(0.25), ratio: around(1) / around(0.25) },
    },
  ]
}
