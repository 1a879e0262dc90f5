/** What is known of a source for the metrics of the whole installation. */
export interface SourceStanding {
  readonly source: string
  readonly connector: string
  /** Its short name, for people. */
  readonly slug: string
  /** Age of its last successful ingestion; null before the first. */
  readonly lagMs: number | null
  /** Kinds of its open incidents. */
  readonly incidents: readonly string[]
}

/** Series of all sources, written by themselves: a registry of thousands of series takes a hundred times as long. */
export interface SourceSeries {
  /** Sets all at once; sources left out lose their series. */
  replace(sources: Iterable<SourceStanding>): void
  remove(source: string): void
  /** The lines of the exposition; only the heads without sources. */
  toText(): string
}

type Line = (labels: Readonly<Record<string, string>>, value: number) => string

interface Family {
  readonly name: string
  readonly help: string
  readonly lines: (standing: SourceStanding, line: Line) => string
}

const FAMILIES: readonly Family[] = [
  {
    name: 'inlet_source_lag_seconds',
    help: 'Age of the last successful ingestion of a source.',
    lines: ({ source, connector, lagMs }, line) => (lagMs === null ? '' : line({ source, connector }, Math.round(lagMs) / 1_000)),
  },
  {
    name: 'inlet_source_info',
    help: 'Always 1: joins the ids in the label source of other metrics to names that people know.',
    lines: ({ source, slug, connector }, line) => line({ source, slug, connector }, 1),
  },
  {
    name: 'inlet_source_incident_open',
    help: '1 for each open incident of a source.',
    lines: ({ source, slug, connector, incidents }, line) => incidents.map((kind) => line({ source, slug, connector, kind }, 1)).join(''),
  },
]

export const createSourceSeries = (process: string): SourceSeries => {
  let known: readonly SourceStanding[] = []
  let text: string | null = null
  const set = (sources: readonly SourceStanding[]): void => {
    known = sources
    text = null
  }
  return {
    replace: (sources) => set([...sources]),
    remove: (source) => set(known.filter((standing) => standing.source !== source)),
    toText() {
      text ??= FAMILIES.map((family) => toFamily(family, known, process)).join('')
      return text
    },
  }
}

const toFamily = ({ name, help, lines }: Family, known: readonly SourceStanding[], process: string): string => {
  const line: Line = (labels, value) => {
    const pairs = Object.entries({ ...labels, process }).map(([label, text]) => `${label}="${escape(text)}"`)
    return `${name}{${pairs.join(',')}} ${value}\n`
  }
  return `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n${known.map((standing) => lines(standing, line)).join('')}`
}

const PLAIN = /^[\w-]*$/

const escape = (value: string): string =>
  PLAIN.test(value) ? value : value.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`).replaceAll('"', String.raw`\"`)
