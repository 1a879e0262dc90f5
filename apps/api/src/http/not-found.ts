import { type Endpoint, endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { RequestHandler } from 'express'

const toPattern = (path: string): RegExp => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}/?$`)

/** Answers what no route took: 405 with Allow for a known address, else 404. */
export const notFound = (): RequestHandler => {
  const known = Object.values<Endpoint>(endpoints).map(({ path, method }) => ({ pattern: toPattern(path), method: method.toUpperCase() }))
  return (request, response) => {
    const methods = known.filter(({ pattern }) => pattern.test(request.path)).map(({ method }) => method)
    if (methods.length === 0) throw new Failure('NOT_FOUND', 'there is nothing at this address')
    response.setHeader('allow', [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', '))
    throw new Failure('METHOD_NOT_ALLOWED', `${request.method} is not allowed here`)
  }
}
