/** What installation-wide metrics report for a source. */
export interface SourceStanding {
  readonly source: string
  readonly connector: string
  /** Its short, readable name. */
  readonly slug: string
  /** Age of its last successful ingestion; null before the first. */
  readonly lagMs: number | null
  /** Kinds of its open incidents. */
  readonly incidents: readonly string[]
}

/** The series of all sources, formatted here directly: a registry with thousands of series takes a hundred times as long. */
export interface SourceSeries {
  /** Sets all at once; sources left out lose their series. */
  replace(sources: Iterable<SourceStanding>): void
  remove(source: string): void
  /** Returns the exposition lines as UTF-8 in shared memory; only the headers if there are no sources. */
  toBytes(): Uint8Array
}

interface Family {
  readonly name: string
  readonly help: string
  /** Returns the formatted labels of each series of a source, with its value. */
  readonly series: (standing: SourceStanding) => readonly (readonly [labels: string, value: number])[]
}

const FAMILIES: readonly Family[] = [
  {
    name: 'inlet_source_lag_seconds',
    help: 'Age of the last successful ingestion of a source.',
    series: ({ source, connector, lagMs }) =>
      lagMs === null ? [] : [[`source="${escape(source)}",connector="${escape(connector)}"`, Math.round(lagMs) / 1_000]],
  },
  {
    name: 'inlet_source_info',
    help: 'Always 1: joins the ids in the label source of other metrics to names that people know.',
    series: (standing) => [[named(standing), 1]],
  },
  {
    name: 'inlet_source_incident_open',
    help: '1 for each open incident of a source.',
    series: (standing) => standing.incidents.map((kind) => [`${named(standing)},kind="${escape(kind)}"`, 1]),
  },
]

const named = ({ source, slug, connector }: SourceStanding): string =>
  `source="${escape(source)}",slug="${escape(slug)}",connector="${escape(connector)}"`

export const createSourceSeries = (process: string): SourceSeries => {
  let known: readonly SourceStanding[] = []
  let bytes: Uint8Array | null = null
  const set = (sources: readonly SourceStanding[]): void => {
    known = sources
    bytes = null
  }
  return {
    replace: (sources) => set([...sources]),
    remove: (source) => set(known.filter((standing) => standing.source !== source)),
    toBytes() {
      bytes ??= toShared(FAMILIES.map((family) => toFamily(family, known, process)).join(''))
      return bytes
    },
  }
}

const toFamily = ({ name, help, series }: Family, known: readonly SourceStanding[], process: string): string => {
  let text = `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n`
  for (const standing of known) for (const [labels, value] of series(standing)) text += `${name}{${labels},process="${process}"} ${value}\n`
  return text
}

const toShared = (text: string): Uint8Array => {
  const bytes = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(text)))
  bytes.write(text)
  return bytes
}

const PLAIN = /^[\w-]*$/

const escape = (value: string): string =>
  PLAIN.test(value) ? value : value.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`).replaceAll('"', String.raw`\"`)
