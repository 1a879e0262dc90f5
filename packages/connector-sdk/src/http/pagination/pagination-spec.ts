import { z } from 'zod'

const path = z.string().max(500)
const name = z.string().min(1).max(100)
const shared = {
  maxPages: z.number().int().min(1).max(1_000_000).default(10_000).describe('More pages than this are an error, not the end'),
}
const size = {
  sizeParam: name.optional().describe('Query parameter for the page size'),
  pageSize: z.number().int().min(1).max(10_000).default(100).describe('Records to ask for per page'),
}
const more = { hasMorePath: path.optional().describe('Path of a field that is true while pages follow') }

/** How a list continues on the next page. */
export const paginationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none').describe('One answer holds the whole list') }),
  z.strictObject({
    kind: z.literal('page').describe('Numbered pages, up to an empty one'),
    param: name.default('page').describe('Query parameter for the page number'),
    start: z.number().int().min(0).max(1).default(1).describe('Number of the first page'),
    ...size,
    ...more,
    totalPagesPath: path.optional().describe('Path of the number of pages'),
    endStatus: z.number().int().min(400).max(499).optional().describe('Status that the system answers behind the last page, e.g. 404'),
    ...shared,
  }),
  z.strictObject({
    kind: z.literal('offset').describe('Records to skip, up to an empty answer'),
    param: name.default('offset').describe('Query parameter for the number of records to skip'),
    ...size,
    sizeParam: name.default('limit').describe('Query parameter for the page size'),
    ...more,
    totalPath: path.optional().describe('Path of the number of records'),
    ...shared,
  }),
  z.strictObject({
    kind: z.literal('cursor').describe('Each answer names a token for the next'),
    param: name.default('cursor').describe('Query parameter, or body field, that takes the token'),
    in: z.enum(['query', 'body']).default('query').describe('Where the token goes'),
    tokenPath: path.optional().describe('Path of the next token in the answer'),
    tokenHeader: name.optional().describe('Header with the next token, instead of a path'),
    ...size,
    ...more,
    ...shared,
  }),
  z.strictObject({
    kind: z.literal('nextUrl').describe('Each answer holds the address of the next page'),
    path: path.min(1).describe('Path of the link to the next page'),
    ...size,
    allowOrigins: z.array(z.url()).max(10).default([]).describe('Further origins the link may lead to; credentials are not sent there'),
    ...shared,
  }),
  z.strictObject({
    kind: z.literal('linkHeader').describe('The Link header holds the address of the next page'),
    ...size,
    allowOrigins: z.array(z.url()).max(10).default([]).describe('Further origins the link may lead to; credentials are not sent there'),
    ...shared,
  }),
])
export type PaginationSpec = z.output<typeof paginationSchema>
