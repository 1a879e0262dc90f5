import { type Connection, type ConnectorContext, canonicalJson, Failure, toWorkFolderFailure } from '@inlet/connector-sdk'
import { type Catalog, parseCatalog, toCatalog } from './catalog/catalog.js'
import { createStreamMatcher, isChosen, planStream, type StreamPlan } from './catalog/stream-plan.js'
import type { SingerConfig, SingerSecrets } from './config.js'
import { openRunFolder, type RunFolder } from './tap/run-folder.js'
import { startTap, type TapProcess } from './tap/tap-process.js'

/** A running tap. Disposing it ends the tap and removes its files. */
export interface TapRun extends AsyncDisposable {
  /** Yields its stdout until it ends. Throws TIMEOUT when it is silent for too long. */
  readonly output: AsyncGenerator<Buffer, void, void>
  readonly process: TapProcess
}

export interface SingerConnection extends Connection {
  readonly ctx: ConnectorContext<SingerConfig, SingerSecrets>
  readonly redact: (text: string) => string
  /** Returns the catalog of the settings, or what the tap discovers; cached until a fresh one is requested. */
  catalog(signal: AbortSignal, fresh: boolean): Promise<Catalog>
  /** Returns what the most recently started tap last wrote to its log, redacted, oldest first. */
  lastWords(): readonly string[]
  /** Runs the tap with these additional files, by option, e.g. `{ catalog: '{…}' }` for `--catalog`. The caller disposes the run. */
  run(files: Readonly<Record<string, string>>, flags: readonly string[], signal: AbortSignal): Promise<TapRun>
}

const MAX_CATALOG_BYTES = 64 * 1024 * 1024

/** Starts nothing until first used. Disposing it ends every process of the tap and waits until they have ended. */
export const openSingerConnection = (ctx: ConnectorContext<SingerConfig, SingerSecrets>): SingerConnection => {
  const { config } = ctx
  const redact = createRedactor(ctx.secrets)
  const closing = new AbortController()
  const running = new Set<TapRun>()
  let known: Catalog | null = null
  let latest: TapProcess | null = null

  const run = async (files: Readonly<Record<string, string>>, flags: readonly string[], signal: AbortSignal): Promise<TapRun> => {
    const command = commandOf(ctx)
    const scoped = AbortSignal.any([signal, ctx.signal, closing.signal])
    const folder = await openRunFolder(ctx.workDir).catch((thrown: unknown) => {
      throw toWorkFolderFailure(thrown, ctx.workDir)
    })
    try {
      const args = await writeFiles(folder, { config: JSON.stringify(mergeSettings(config.settings, ctx.secrets.settings ?? {})), ...files })
      if (scoped.aborted) throw new Failure('CANCELLED', 'the tap was not started')
      const tap = startTap({ command, folder: folder.path, log: ctx.log, redact }, [...args, ...flags], scoped)
      latest = tap
      const one: TapRun = {
        process: tap,
        output: guardSilence(tap, config.silenceSeconds * 1000),
        async [Symbol.asyncDispose]() {
          running.delete(one)
          await tap.stop()
          await folder[Symbol.asyncDispose]()
        },
      }
      running.add(one)
      return one
    } catch (error) {
      await folder[Symbol.asyncDispose]()
      throw error
    }
  }

  return {
    ctx,
    redact,
    run,
    lastWords: () => latest?.tail ?? [],
    async catalog(signal, fresh) {
      if (config.catalog !== undefined) return toCatalog(config.catalog)
      if (known === null || fresh) known = await discover(run, signal)
      return known
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([...running].map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

const commandOf = ({ config, programs }: SingerConnection['ctx']): readonly string[] => {
  const command = programs?.get(config.tap)
  if (command === undefined)
    throw new Failure('TAP_NOT_ALLOWED', `the operator of this worker allows no tap "${config.tap}"`, { field: 'config.tap' })
  return command
}

const writeFiles = async (folder: RunFolder, files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const args: string[] = []
  for (const [option, text] of Object.entries(files)) args.push(`--${option}`, await folder.write(`${option}.json`, text))
  return args
}

const discover = async (run: SingerConnection['run'], signal: AbortSignal): Promise<Catalog> => {
  await using tap = await run({}, ['--discover'], signal)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of tap.output) {
    bytes += chunk.length
    if (bytes > MAX_CATALOG_BYTES) throw new Failure('RESPONSE_TOO_LARGE', `the catalog of the tap has more than ${MAX_CATALOG_BYTES} bytes`)
    chunks.push(chunk)
  }
  await tap.process.done
  return parseCatalog(Buffer.concat(chunks).toString('utf8'))
}

/** Returns the streams to read, in catalog order. Throws NOT_FOUND_UPSTREAM when a name, or the whole selection, matches nothing. */
export const chooseStreams = (catalog: Catalog, config: SingerConfig): readonly StreamPlan[] => {
  const names = catalog.streams.map((entry) => entry.tap_stream_id)
  const missing = config.streams.find((pattern) => !names.some(createStreamMatcher([pattern])))
  const some = names.slice(0, 20).join(', ')
  if (missing !== undefined && missing !== '*')
    throw new Failure('NOT_FOUND_UPSTREAM', `no stream of the tap is called "${missing}"; it has ${some}`, { field: 'config.streams' })
  const plans = catalog.streams.filter((entry) => isChosen(entry, config)).map((entry) => planStream(entry, config))
  if (plans.length === 0)
    throw new Failure('NOT_FOUND_UPSTREAM', `no stream is left to read; the catalog has ${some || 'none'}`, { field: 'config.streams' })
  return plans
}

/** Formats a catalog as text for the tap, preserving numbers. */
export const writeCatalog = (catalog: Catalog): string => canonicalJson(catalog)

/**
 * Yields the chunks of a tap's stdout. Ends the tap with TIMEOUT when, while the reader waits, it writes neither there nor to stderr for that long.
 */
async function* guardSilence(tap: TapProcess, idleMs: number): AsyncGenerator<Buffer, void, void> {
  const chunks = tap.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let silent = false
  let timer: NodeJS.Timeout | undefined
  tap.onSign(() => timer?.refresh())
  for (;;) {
    timer = setTimeout(() => {
      silent = true
      void tap.stop()
    }, idleMs)
    // The output of an ended tap is destroyed; `done` says why.
    const step = await chunks.next().catch(() => ({ done: true, value: undefined }) as const)
    clearTimeout(timer)
    timer = undefined
    if (silent) throw new Failure('TIMEOUT', `the tap wrote nothing for ${Math.round(idleMs / 1000)} s and was ended`)
    if (step.done === true) return
    yield step.value
  }
}

/** Merges two objects; members that are objects on both sides are merged, otherwise the second wins. Pure. */
export const mergeSettings = (settings: object, secrets: object): Readonly<Record<string, unknown>> => {
  const merged = new Map<string, unknown>(Object.entries(settings))
  for (const [name, value] of Object.entries(secrets)) {
    const before = merged.get(name)
    merged.set(name, isObject(before) && isObject(value) ? mergeSettings(before, value) : value)
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Shorter values would redact ordinary words. */
const MIN_SECRET = 4

/** Returns a function that replaces every secret text, plain or percent-encoded, with `***`. */
export const createRedactor = (secrets: unknown): ((text: string) => string) => {
  const found = new Set<string>()
  collect(secrets, found)
  const longestFirst = [...found].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

const collect = (value: unknown, found: Set<string>): void => {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    if (text.length < MIN_SECRET) return
    for (const line of [text, ...text.split('\n')]) if (line.trim().length >= MIN_SECRET) found.add(line).add(encodeURIComponent(line.toWellFormed()))
    found.add(JSON.stringify(text).slice(1, -1))
  } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) collect(member, found)
}
