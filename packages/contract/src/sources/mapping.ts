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
        .meta({ description: 'A JSONata expression for one record; see docs/guides/mapping.md.', example: '$merge([$, {"title": data.name}])' }),
      keys: z.enum(['kept', 'set']).optional().meta({
        description:
          '`kept` (default): each record keeps its key or is dropped. `set`: the expression sets keys or splits records; every run is then a full refresh of the stream.',
      }),
    }),
  )
  .meta({ id: 'Mapping', description: 'Expressions that reshape records, by stream. `*` applies to all streams without their own expression.' })
