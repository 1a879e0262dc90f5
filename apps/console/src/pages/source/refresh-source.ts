import type { SourceDetail } from '@inlet/contract'
import type { QueryClient, QueryKey } from '@tanstack/react-query'

/**
 * Reads again whatever is shown of a source, by its id or its slug. The source itself goes first: a draft that it no longer has is not asked for,
 * since the answer would be an error.
 */
export const refreshSource = async (queries: QueryClient, { id, slug }: Pick<SourceDetail, 'id' | 'slug'>): Promise<void> => {
  const isOfSource = ([subject, of]: QueryKey): boolean => subject === 'source' && (of === id || of === slug)
  const detail = { predicate: ({ queryKey }: { queryKey: QueryKey }) => isOfSource(queryKey) && queryKey[2] === 'detail' }
  await queries.invalidateQueries(detail)
  const hasDraft = queries.getQueriesData<SourceDetail>(detail).some(([, source]) => source?.hasDraft === true)
  await queries.invalidateQueries({
    predicate: ({ queryKey }) => isOfSource(queryKey) && queryKey[2] !== 'detail' && (queryKey[2] !== 'draft' || hasDraft),
  })
}
