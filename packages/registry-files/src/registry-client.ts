import type { FieldProblem, Plan, RegistryEntry, SourceDefinition } from '@inlet/contract'

export interface PlanRequest {
  readonly sources: readonly SourceDefinition[]
  /** If set, sources of another owner, or of none, are taken over. */
  readonly owner?: string | undefined
  readonly resendSecrets?: boolean | undefined
}

export interface NewSource {
  readonly definition: SourceDefinition
  readonly owner: string
  /** Whether to start a first run immediately. */
  readonly runNow: boolean
}

export interface SourceUpdate {
  readonly id: string
  /** The revision that was compared; any other refuses the change. */
  readonly revision: number
  /** As PATCH /v1/sources/{id} takes it. */
  readonly change: Readonly<Record<string, unknown>>
}

/** A registry that files are applied to: an installation over HTTP, or the API itself from the inside. Errors: see `explain`. */
export interface RegistryClient {
  plan(request: PlanRequest): Promise<Plan>
  list(filter: { readonly managedBy?: string | undefined }): AsyncIterable<RegistryEntry>
  create(source: NewSource): Promise<void>
  update(update: SourceUpdate): Promise<void>
  setPaused(id: string, paused: boolean): Promise<void>
  remove(id: string): Promise<void>
  /** Returns what an error of these calls means for one source; null when it concerns all of them, so that nothing more is tried. */
  explain(error: unknown): Refusal | null
}

/** Why something was refused, and what to do about it. */
export interface Refusal {
  readonly reason: string
  readonly message: string
  readonly next: string
  readonly field?: string | undefined
  readonly errors?: readonly FieldProblem[] | undefined
}
