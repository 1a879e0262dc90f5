/** The source a value belongs to: its id, never its name or address. */
export interface SourceLabels {
  readonly source: string
  readonly connector: string
}

/** Decides which sources have their own series: the first ones, up to a limit. */
export interface OwnSeries {
  /** Returns the labels under which a source is counted: its own, or those shared by all other sources of its connector. */
  labelsOf(source: SourceLabels): SourceLabels
  has(id: string): boolean
  forget(id: string): void
}

/** Replaces the id of a source. */
const OTHER = 'other'

export const createOwnSeries = (most: number): OwnSeries => {
  const own = new Set<string>()
  return {
    labelsOf({ source, connector }) {
      if (own.size < most) own.add(source)
      return own.has(source) ? { source, connector } : { source: OTHER, connector }
    },
    has: (id) => own.has(id),
    forget: (id) => void own.delete(id),
  }
}
