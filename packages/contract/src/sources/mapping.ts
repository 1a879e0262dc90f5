import { z } from 'zod'

/** JSONata by stream; packages/mapping evaluates it. */
export const mapping = z
  .record(
    z.string().min(1).max(200),
    z.strictObject({
      expression: z
        .string()
        .min(1)
        .max(20_000)
        .meta({ description: 'JSONata over one record; see docs/guides/mapping.md.', example: '$merge([$, {"title": data.name}])' }),
      keys: z.enum(['kept', 'set']).optional().meta({
        description:
          'kept (default): the record keeps its key, or is dropped. set: the expression gives keys of its own or splits records; the stream is then read as a whole each time.',
      }),
    }),
  )
  .meta({ id: 'Mapping', description: 'Expressions that reshape records, by stream; `*` is for all streams without one of their own.' })
