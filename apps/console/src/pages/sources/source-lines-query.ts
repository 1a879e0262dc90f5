import type { SourceLines } from '@inlet/contract'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/client.js'

/** All sources, each as one line. */
export const sourceLinesQuery = queryOptions({
  queryKey: ['source-lines'],
  queryFn: ({ signal }) => client.call<SourceLines>('GET', '/v1/overview/sources', { signal }),
  staleTime: 10_000,
  // To compare thousands of lines member by member takes longer than to make a page of them.
  structuralSharing: false,
})
