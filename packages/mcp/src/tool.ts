import type { Scope } from '@inlet/domain'
import type { z } from 'zod'
import type { InletApi } from './inlet-api.js'

export interface ToolContext {
  readonly api: InletApi
  /** Whether published changes need a person: then publish_change only says how a person publishes. */
  readonly approval: boolean
}

/** A tool: what an agent reads about it, and what it does on behalf of the key. */
export interface Tool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly name: string
  /** Says when to use it; nothing in it comes from sources. */
  readonly description: string
  /** A key without it does not see the tool. */
  readonly scope: Scope
  readonly hints: { readonly readOnlyHint: boolean; readonly idempotentHint?: boolean; readonly destructiveHint?: boolean }
  readonly input: I
  readonly output: O
  run(context: ToolContext, input: z.output<I>): Promise<z.input<O>>
}

/** Type-checks a tool and keeps its exact schemas. */
export const defineTool = <I extends z.ZodType, O extends z.ZodType>(tool: Tool<I, O>): Tool<I, O> => tool
