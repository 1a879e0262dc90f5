import type { SourceLabels } from './metrics.js'

export interface SourceLag extends SourceLabels {
  readonly lagMs: number
}

/** The age of the last successful ingestion of each source, written by itself: a registry of thousands of series takes a hundred times as long. */
export interface SourceLags {
  /** Sets all at once; sources left out lose their series. */
  replace(lags: Iterable<SourceLag>): void
  remove(source: string): void
  /** The lines of the exposition; empty without sources. */
  toText(): string
}

const NAME = 'inlet_source_lag_seconds'
const HEAD = `# HELP ${NAME} Age of the last successful ingestion of a source.\n# TYPE ${NAME} gauge\n`

export const createSourceLags = (process: string): SourceLags => {
  let known: readonly SourceLag[] = []
  let text: string | null = null
  const set = (lags: readonly SourceLag[]): void => {
    known = lags
    text = null
  }
  return {
    replace: (lags) => set([...lags]),
    remove: (source) => set(known.filter((lag) => lag.source !== source)),
    toText() {
      text ??= `\n${HEAD}${known.map((lag) => toLine(lag, process)).join('')}`
      return text
    },
  }
}

const toLine = ({ source, connector, lagMs }: SourceLag, process: string): string =>
  `${NAME}{source="${escape(source)}",connector="${escape(connector)}",process="${process}"} ${Math.round(lagMs) / 1_000}\n`

const PLAIN = /^[\w-]*$/

const escape = (value: string): string =>
  PLAIN.test(value) ? value : value.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`).replaceAll('"', String.raw`\"`)
