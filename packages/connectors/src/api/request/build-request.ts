import { Failure, type HttpRequest, isUrl, type PageParams } from '@inlet/connector-sdk'
import type { ApiConfig, StreamConfig } from '../config.js'
import { fillTemplate, type Parents, pathSegment } from './template.js'

export interface ListRequest {
  readonly stream: StreamConfig
  readonly parents: Parents
  /** Parameters from the cursor. */
  readonly params: Readonly<Record<string, string>>
}

/** Builds the request for one page of a list, without credentials. Throws RECORD_INVALID when a parent lacks what a template needs. */
export const buildRequest = (config: ApiConfig, list: ListRequest, page: PageParams): HttpRequest => {
  const { stream } = list
  const body = stream.method === 'POST' ? { ...fillBody(stream.body ?? {}, list.parents), ...page.body } : undefined
  return {
    url: page.url ?? listUrl(config, list, page.query),
    method: stream.method,
    headers: { accept: 'application/json', ...config.headers, ...stream.headers },
    timeoutMs: config.timeoutMs,
    maxBytes: config.maxBytes,
    ...(body !== undefined && { body }),
  }
}

const listUrl = (config: ApiConfig, { stream, parents, params }: ListRequest, pageQuery: Readonly<Record<string, string>>): string => {
  const url = joinUrl(config.url, fillTemplate(stream.path, parents, pathSegment), 'path')
  for (const [name, value] of Object.entries({ ...config.query, ...stream.query, ...params, ...pageQuery })) {
    url.searchParams.delete(name)
    for (const one of [value].flat()) url.searchParams.append(name, fillTemplate(String(one), parents))
  }
  return url.href
}

/** Fills templates in the strings of a body, at any depth. */
const fillBody = (body: object, parents: Parents): object => {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return fillTemplate(value, parents)
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value === 'object' && value !== null) return fillBody(value, parents)
    return value
  }
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, fill(value)]))
}

/** Appends a path to the base URL and its own path. Throws VALIDATION_FAILED, with the field, when the path leaves the base. */
export const joinUrl = (base: string, path: string, field: string): URL => {
  const root = new URL(base)
  const prefix = root.pathname.replace(/\/+$/, '')
  const text = path === '' ? root.href : `${root.origin}${prefix}/${path.replace(/^\/+/, '')}`
  const isBelow = isUrl(text) && !/^[a-z][\w+.-]*:/i.test(path) && `${new URL(text).pathname}/`.startsWith(`${prefix}/`)
  if (!isBelow) throw new Failure('VALIDATION_FAILED', `${field} must be a path below the URL`, { field })
  return new URL(text)
}
