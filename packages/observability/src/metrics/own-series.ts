/** The source a value belongs to: its id, never its name or address. */
export interface SourceLabels {
  readonly source: string
  readonly connector: string
}

/** Decides which sources have series of their own: those that come first, up to a number. */
export interface OwnSeries {
  /** The labels to count a source under: its own, or those that all others of its connector share. */
  labelsOf(source: SourceLabels): SourceLabels
  has(id: string): boolean
  forget(id: string): void
}

/** Instead of the id of a source. */
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
