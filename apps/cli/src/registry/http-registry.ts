import type { Plan, RegistryEntry } from '@inlet/contract'
import type { RegistryClient } from '@inlet/registry-files'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import { listAll } from '../client/list-all.js'

/** Creates a client for the registry of an installation over its REST API. */
export const createHttpRegistry = (api: ApiClient): RegistryClient => ({
  plan: (request) => api.call<Plan>('POST', '/v1/registry/plan', request),
  list: (filter) => listAll<RegistryEntry>(api, '/v1/registry', filter),
  create: ({ definition, owner, runNow }) => api.call('POST', '/v1/sources', { ...definition, managedBy: owner, runNow }),
  update: ({ id, revision, change }) => api.call('PATCH', `/v1/sources/${id}`, change, { 'if-match': `"r${revision}"` }),
  setPaused: (id, paused) => api.call('POST', `/v1/sources/${id}/${paused ? 'pause' : 'resume'}`),
  remove: (id) => api.call('DELETE', `/v1/sources/${id}`),
  explain: (error) =>
    error instanceof ApiProblem && isAboutOne(error)
      ? { reason: error.code, message: error.message, next: error.next ?? '', field: error.field, errors: error.errors }
      : null,
})

/** Whether a problem concerns one source: a refused key, a registry kept in files or a failing API concerns all of them. */
const isAboutOne = ({ status, code }: ApiProblem): boolean => [404, 409, 412, 422].includes(status) && code !== 'SOURCES_IN_FILES'
