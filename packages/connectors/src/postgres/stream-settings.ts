import { streamShapes } from '../sql/settings/stream-settings.js'

const shapes = streamShapes({ column: 63, relation: 127 }, '`table` (of schema public) or `schema.table`.')

/** A table or view with settings of its own. */
export const tableShape = shapes.table.transform((table) => ({ ...table, name: table.name.includes('.') ? table.name : `public.${table.name}` }))

/** A SELECT as a stream. */
export const queryShape = shapes.query
