/** A document that describes a system, e.g. an OpenAPI document. */
export interface ImportRequest {
  readonly text: string
  /** Where it was found; null when it was sent. */
  readonly documentUrl: string | null
  /** Globs of what to look at, in the terms of the document; empty: everything. */
  readonly paths: readonly string[]
}

/** Settings made from a document, for a person to look through; nothing is saved. */
export interface Proposal {
  readonly title: string
  /** In the form of `configSchema`. */
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the secrets that the settings ask for. */
  readonly secrets: readonly string[]
  readonly streams: readonly {
    readonly name: string
    readonly path: string
    readonly confidence: 'high' | 'medium' | 'low'
    readonly warnings: readonly string[]
  }[]
  /** What makes no stream, and why. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[]
  readonly warnings: readonly string[]
}

/** Makes settings of a document. Runs in a worker; must not fetch anything. */
export interface Importer {
  /** What it reads, for people. */
  readonly format: string
  readonly maxBytes: number
  /** Throws IMPORT_UNREADABLE. */
  propose(request: ImportRequest, signal: AbortSignal): Promise<Proposal>
}
