import { z } from 'zod'

export const fieldProblem = z
  .strictObject({
    path: z.string().meta({ description: 'Where in the request, e.g. config.url.' }),
    code: z.string().meta({ description: 'The rule that is broken.' }),
    message: z.string(),
  })
  .meta({ id: 'FieldProblem', description: 'One field that cannot be used.' })

/** RFC 9457 problem details. `code` is the stable identifier listed in docs/errors.md. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The stable identifier of the error, e.g. NAME_TAKEN.' }),
    detail: z.string().meta({ description: 'What happened, for people.' }),
    next: z.string().meta({ description: 'What to do about it.' }),
    field: z.string().optional().meta({ description: 'The field it belongs to.' }),
    errors: z.array(fieldProblem).optional(),
    position: z
      .strictObject({ line: z.int(), column: z.int(), offset: z.int() })
      .optional()
      .meta({ description: 'Where in an expression, with MAPPING_SYNTAX: line and column from 1, offset from 0.' }),
    review: z.unknown().optional().meta({ description: 'What a draft would change, when that blocks its publication; a DraftReview.' }),
    requestId: z.string(),
    errorId: z.string().optional().meta({ description: 'Stands in the log beside the cause.' }),
  })
  .meta({ id: 'Problem', description: 'An error (application/problem+json, RFC 9457).' })

export type Problem = z.infer<typeof problem>
export type FieldProblem = z.infer<typeof fieldProblem>

/** What went wrong with a run or a check, as it is stored. */
export const failureView = z
  .strictObject({ reason: z.string(), message: z.string(), next: z.string(), field: z.string().optional() })
  .meta({ id: 'FailureView', description: 'What went wrong and what to do about it.' })
export type FailureView = z.infer<typeof failureView>
