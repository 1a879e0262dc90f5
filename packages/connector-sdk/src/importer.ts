/** A document that describes a system, e.g. an OpenAPI document. */
export interface ImportRequest {
  readonly text: string
  /** Where the document was found; null if it was sent. */
  readonly documentUrl: string | null
  /** Globs that select parts of the document, in its own terms; empty: everything. */
  readonly paths: readonly string[]
}

/** Settings derived from a document, for a person to review; nothing is saved. */
export interface Proposal {
  readonly title: string
  /** In the shape of `configSchema`. */
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the secrets that the settings need. */
  readonly secrets: readonly string[]
  readonly streams: readonly {
    readonly name: string
    readonly path: string
    readonly confidence: 'high' | 'medium' | 'low'
    readonly warnings: readonly string[]
  }[]
  /** What yields no stream, and why. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[]
  readonly warnings: readonly string[]
}

/** Derives settings from a document. Runs in a worker; must not fetch anything. */
export interface Importer {
  /** The format it reads, for display. */
  readonly format: string
  readonly maxBytes: number
  /** Throws IMPORT_UNREADABLE. */
  propose(request: ImportRequest, signal: AbortSignal): Promise<Proposal>
}
