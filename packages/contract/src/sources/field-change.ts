import { z } from 'zod'

export const fieldChange = z
  .strictObject({
    path: z.string().meta({ example: 'config.headers.accept' }),
    before: z.unknown().optional().meta({ description: 'Absent when the field was added.' }),
    after: z.unknown().optional().meta({ description: 'Absent when the field was removed.' }),
  })
  .meta({ id: 'FieldChange', description: 'A field that differs.' })
