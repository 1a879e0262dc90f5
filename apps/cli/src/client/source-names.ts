import type { SourceDetail } from '@inlet/contract'
import { type ApiClient, ApiProblem } from './api-client.js'

/** Returns a lookup of slugs by source id, which requests each once; null for a source that is gone, or while the API does not respond. */
export const createSourceNames = (api: Pick<ApiClient, 'call'>): ((sourceId: string) => Promise<string | null>) => {
  const known = new Map<string, string | null>()
  return async (sourceId) => {
    const before = known.get(sourceId)
    if (before !== undefined) return before
    try {
      const { slug } = await api.call<SourceDetail>('GET', `/v1/sources/${sourceId}`)
      known.set(sourceId, slug)
      return slug
    } catch (error) {
      // Any other error may pass: the next event asks again.
      if (error instanceof ApiProblem && error.status === 404) known.set(sourceId, null)
      return null
    }
  }
}
