import { z } from 'zod'
import { createSourceBody, sourceSlug } from '../sources/source-requests.js'

/**
 * What a source is, without its state: what files hold and what is compared. Left out `secrets` stay as they are, left
 * out `paused` is left to operation; anything else left out is its default.
 */
export const sourceDefinition = createSourceBody
  .omit({ runNow: true, paused: true, managedBy: true })
  .extend({
    slug: sourceSlug,
    paused: z.boolean().optional().meta({ description: 'Left out: pausing and resuming is not the concern of the file.' }),
  })
  .meta({ id: 'SourceDefinition', description: 'What a source is, without its state.' })

export type SourceDefinition = z.output<typeof sourceDefinition>
export type SourceDefinitionInput = z.input<typeof sourceDefinition>
