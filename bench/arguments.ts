import { parseArgs } from 'node:util'

export const SCENARIOS = [
  'registry',
  'rush',
  'fleet',
  'rows',
  'shapes',
  'site',
  'memory',
  'webhook',
  'limit',
  'loss',
  'lists',
  'idle',
  'search',
  'questions',
  'growth',
  'kafka',
  'logs',
  'scale',
  'console',
] as const
export type ScenarioName = (typeof SCENARIOS)[number]
export type Backend = 'postgres' | 'redis'

/** What to measure, from the command line and INLET_BENCH_* variables. */
export interface BenchSettings {
  readonly only: readonly ScenarioName[]
  readonly backends: readonly Backend[]
  /** Smaller inputs and fewer repetitions: says whether it works, not how fast it is. */
  readonly quick: boolean
  /** Sources present while registering and scheduling are measured; all due at once in `rush`. */
  readonly sources: number
  /** How many of them are due in the same minute. */
  readonly due: number
  /** Schedules that tick while the queue is emptied. */
  readonly schedules: number
  readonly rows: number
  readonly memoryRows: number
  /** Messages of 1 KB in a topic. */
  readonly messages: number
  /** Size of an access log, expanded, in MB. */
  readonly logMegabytes: number
  /** Texts of 1 KB that questions are asked about. */
  readonly texts: number
  /** Records of other sources, beside which one source is measured. */
  readonly records: number
  /** Odd, so that the median is one of the measured values. */
  readonly repetitions: number
  readonly fleets: readonly number[]
  readonly docsFolder: string | null
  /** Folders with judged questions, see inputs/judged-folder.ts. */
  readonly judgedFolders: readonly string[]
  /** A folder for .cpuprofile files of workers and scribes; null: no profiles. */
  readonly profileFolder: string | null
  /** For the environment of the processes under test. */
  readonly tuning: Readonly<Record<string, string>>
  readonly searchPath: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads the command line; throws with the allowed values when something is unknown. */
export const parseSettings = (argv: readonly string[], env: Env): BenchSettings => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      backend: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const { quick } = values
  const number = (name: string, usual: number, small: number): number => {
    const given = Number(env[name] ?? (quick ? small : usual))
    if (!Number.isInteger(given) || given < 1) throw new Error(`${name} must be a whole number above 0`)
    return given
  }
  return {
    only: values.only.length === 0 ? SCENARIOS : values.only.map((name) => oneOf(name, SCENARIOS, '--only')),
    backends: values.backend.length === 0 ? ['postgres', 'redis'] : values.backend.map((name) => oneOf(name, ['postgres', 'redis'], '--backend')),
    quick,
    sources: number('INLET_BENCH_SOURCES', 10_000, 500),
    due: number('INLET_BENCH_DUE', 50, 10),
    schedules: number('INLET_BENCH_SCHEDULES', 500, 50),
    rows: number('INLET_BENCH_ROWS', 200_000, 20_000),
    memoryRows: number('INLET_BENCH_MEMORY_ROWS', 1_000_000, 60_000),
    messages: number('INLET_BENCH_MESSAGES', 100_000, 10_000),
    logMegabytes: number('INLET_BENCH_LOG_MB', 100, 5),
    texts: number('INLET_BENCH_TEXTS', 1_000_000, 20_000),
    records: number('INLET_BENCH_RECORDS', 10_000_000, 100_000),
    repetitions: number('INLET_BENCH_REPEAT', 3, 1),
    fleets: (env['INLET_BENCH_FLEETS'] ?? (quick ? '20' : '50,1000')).split(',').map(Number),
    docsFolder: env['INLET_BENCH_DOCS'] ?? null,
    judgedFolders: (env['INLET_BENCH_RETRIEVAL'] ?? '').split(',').filter((folder) => folder !== ''),
    profileFolder: values.profile ?? null,
    tuning: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => /^INLET_(SCRIBE|WORKER)_/.test(entry[0]) && entry[1] !== undefined),
    ),
    searchPath: env['PATH'] ?? '',
  }
}

const oneOf = <T extends string>(given: string, allowed: readonly T[], flag: string): T => {
  const found = allowed.find((name) => name === given)
  if (found === undefined) throw new Error(`${flag} takes ${allowed.join(', ')}; not "${given}"`)
  return found
}
