import { checkAuthSecrets, checkHeaders, Failure, parseHttpUrl } from '@inlet/connector-sdk'
import type { ApiConfig, ApiSecrets, StreamConfig } from './config.js'
import { createScale } from './cursor/scale.js'
import { joinUrl } from './request/build-request.js'
import { templateLevels } from './request/template.js'

const MAX_DEPTH = 3

/** Checks what the schema cannot express. Throws VALIDATION_FAILED with the field. */
export const validateApi = (config: ApiConfig, secrets: ApiSecrets): void => {
  checkAuthSecrets(config.auth, secrets)
  parseHttpUrl(config.url, { field: 'config.url' })
  if ('tokenUrl' in config.auth) parseHttpUrl(config.auth.tokenUrl, { field: 'config.auth.tokenUrl', what: 'the address of the token endpoint' })
  checkHeaders(config.headers, 'config.headers')
  checkHeaders(secrets.headers ?? {}, 'secrets.headers')
  refuseSecrets(config.headers, config.query, 'config')
  const names = new Set<string>()
  for (const [index, stream] of config.streams.entries()) {
    const field = `config.streams.${index}`
    if (names.has(stream.name)) fail(`${field}.name`, `"${stream.name}" is there twice`)
    names.add(stream.name)
    checkHeaders(stream.headers, `${field}.headers`)
    refuseSecrets(stream.headers, stream.query, field)
    checkStream(config, stream, field)
  }
}

const checkStream = (config: ApiConfig, stream: StreamConfig, field: string): void => {
  const { incremental, pagination } = stream
  joinUrl(config.url, stream.path.replaceAll(/\{[^{}]*\}/g, 'x'), `${field}.path`)
  if (stream.body !== undefined && stream.method === 'GET') fail(`${field}.body`, 'is only sent with method POST')
  if (pagination.kind === 'cursor') {
    if ((pagination.tokenPath === undefined) === (pagination.tokenHeader === undefined)) {
      fail(`${field}.pagination`, 'needs tokenPath or tokenHeader, one of them')
    }
    if (pagination.in === 'body' && stream.method === 'GET') fail(`${field}.pagination.in`, 'body needs method POST')
  }
  if (stream.deletes === 'events' && stream.deletedField === undefined) fail(`${field}.deletedField`, 'is needed for deletes: events')
  if (stream.deletes === 'sweep' && incremental !== undefined) {
    fail(`${field}.deletes`, 'sweep needs a complete read each run: leave out incremental, or use a second stream')
  }
  if (incremental?.kind === 'pageToken' && (pagination.kind !== 'cursor' || stream.parent !== undefined)) {
    fail(`${field}.incremental`, 'pageToken needs cursor pagination and no parent')
  }
  if (incremental !== undefined && incremental.kind !== 'pageToken' && incremental.start !== undefined) {
    const start = createScale(incremental.format).parse(incremental.start) ?? createScale('iso').parse(incremental.start)
    if (start === null) fail(`${field}.incremental.start`, 'is not a time')
  }
  checkParents(config, stream, field)
}

const checkParents = (config: ApiConfig, stream: StreamConfig, field: string): void => {
  let depth = 0
  for (let current = stream; current.parent !== undefined; depth++) {
    const name = current.parent.stream
    const parent = config.streams.find((candidate) => candidate.name === name)
    if (parent === undefined) return fail(`${field}.parent.stream`, `there is no stream "${name}"`)
    if (depth >= MAX_DEPTH) fail(`${field}.parent`, `streams may be nested ${MAX_DEPTH} deep and not in a circle`)
    current = parent
  }
  const texts = [stream.path, JSON.stringify(stream.query), JSON.stringify(stream.body ?? {})]
  const needed = Math.max(...texts.map(templateLevels))
  if (needed > depth) fail(`${field}.path`, depth === 0 ? '{parent…} needs a parent' : `there are only ${depth} levels of parents`)
}

const SECRET_HEADER = /^(proxy-)?authorization$|^cookie$|api-?key|token|secret|password/i
const SECRET_PARAM = /^(api[_-]?key|access[_-]?token|client[_-]?secret|password|secret)$/i

const refuseSecrets = (headers: Readonly<Record<string, string>>, query: Readonly<Record<string, unknown>>, field: string): void => {
  const header = Object.keys(headers).find((name) => SECRET_HEADER.test(name))
  if (header !== undefined) fail(`${field}.headers.${header}`, 'looks like a secret: use auth, or secrets.headers')
  const param = Object.keys(query).find((name) => SECRET_PARAM.test(name))
  if (param !== undefined) fail(`${field}.query.${param}`, 'looks like a secret: use auth of kind apiKey in the query')
}

const fail = (field: string, message: string): never => {
  throw new Failure('VALIDATION_FAILED', `${field} ${message}`, { field })
}
