import { z } from 'zod'

export const fieldProblem = z
  .strictObject({
    path: z.string().meta({ description: 'The place in the request, such as `config.url`.' }),
    code: z.string().meta({ description: 'What is wrong with the field.' }),
    message: z.string(),
  })
  .meta({ id: 'FieldProblem', description: 'An invalid field.' })

/** RFC 9457 problem details. `code` is the stable identifier listed in docs/errors.md. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The stable identifier of the error, such as `NAME_TAKEN`.' }),
    detail: z.string().meta({ description: 'What happened, in words.' }),
    next: z.string().meta({ description: 'What to do about it.' }),
    field: z.string().optional().meta({ description: 'The field at fault.' }),
    errors: z.array(fieldProblem).optional(),
    position: z
      .strictObject({ line: z.int(), column: z.int(), offset: z.int() })
      .optional()
      .meta({ description: 'For `MAPPING_SYNTAX`: the place in the expression. Lines and columns count from 1, the offset from 0.' }),
    review: z.unknown().optional().meta({ description: 'If the review of a draft blocks its publication: the DraftReview.' }),
    requestId: z.string(),
    errorId: z.string().optional().meta({ description: 'An id that is logged with the cause.' }),
  })
  .meta({ id: 'Problem', description: 'An error (application/problem+json, RFC 9457).' })

export type Problem = z.infer<typeof problem>
export type FieldProblem = z.infer<typeof fieldProblem>

/** What went wrong with a run or a check, as stored. */
export const failureView = z
  .strictObject({ reason: z.string(), message: z.string(), next: z.string(), field: z.string().optional() })
  .meta({ id: 'FailureView', description: 'What went wrong and what to do about it.' })
export type FailureView = z.infer<typeof failureView>
