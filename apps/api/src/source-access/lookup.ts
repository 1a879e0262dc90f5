import type { Connector } from '@inlet/connector-sdk'
import { type Database, findSource, findSourceId, listSlugsNear, type SourceDetails } from '@inlet/db'
import { Failure, isUuid } from '@inlet/domain'
import { closeMatch } from '@inlet/runtime'
import type { SourceDeps } from './source-deps.js'

/** The failure for a source that was deleted during a request. */
export const sourceNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such source')

interface FindDeps {
  readonly database: Database
}

/** Returns NOT_FOUND for an unknown reference, with the slugs that may have been meant. */
export const unknownSource = async ({ database }: FindDeps, ref: string): Promise<Failure> => {
  if (isUuid(ref)) return sourceNotFound()
  const meant = suggestSlugs(ref, await listSlugsNear(database, ref)).map((slug) => `"${slug}"`)
  return meant.length === 0 ? sourceNotFound() : new Failure('NOT_FOUND', `there is no such source; did you mean ${meant.join(' or ')}?`)
}

/** Returns the id of the source that an address names. Throws NOT_FOUND. */
export const getSourceId = async (deps: FindDeps, ref: string): Promise<string> => {
  const id = await findSourceId(deps.database, ref)
  if (id === null) throw await unknownSource(deps, ref)
  return id
}

/** Returns the source that an address names. Throws NOT_FOUND. */
export const getSource = async (deps: FindDeps, ref: string): Promise<SourceDetails> => {
  const source = await findSource(deps.database, ref)
  if (source === null) throw await unknownSource(deps, ref)
  return source
}

const MAX_SUGGESTED = 3

/** Returns the slugs that an unknown one may mean, closest first: a misspelled one, otherwise those that contain it. */
export const suggestSlugs = (slug: string, known: readonly string[]): readonly string[] => {
  const near = closeMatch(slug, known)
  if (near !== undefined) return [near]
  const holding = known.filter((other) => other.includes(slug)).sort((a, b) => a.length - b.length)
  return holding.slice(0, MAX_SUGGESTED)
}

/** Returns the connector of a type. Throws UNKNOWN_CONNECTOR. */
export const getConnector = (deps: Pick<SourceDeps, 'findConnector'>, type: string): Connector => {
  const connector = deps.findConnector(type)
  if (connector === undefined) {
    const meant = suggestConnector(type, (other) => deps.findConnector(other) !== undefined)
    const hint = meant === null ? '' : `; did you mean "${meant}"?`
    throw new Failure('UNKNOWN_CONNECTOR', `there is no connector "${type.slice(0, 40)}"${hint}`, { field: 'connector' })
  }
  return connector
}

/** Common names of systems, and the connector types that read them. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    postgresql: 'postgres',
    pg: 'postgres',
    psql: 'postgres',
    mariadb: 'mysql',
    website: 'web',
    site: 'web',
    crawler: 'web',
    html: 'web',
    rest: 'api',
    http: 'api',
    https: 'api',
    json: 'api',
    openapi: 'api',
    feed: 'rss',
    atom: 'rss',
    podcast: 'rss',
    files: 'file',
    folder: 'file',
    directory: 'file',
    csv: 'file',
    excel: 'file',
    pdf: 'file',
    repository: 'git',
    gitlab: 'git',
    minio: 's3',
    bucket: 's3',
    azure: 'azure_blob',
    azureblob: 'azure_blob',
    blob: 'azure_blob',
    logs: 'api_log',
    nginx: 'api_log',
    hook: 'webhook',
    push: 'webhook',
    tap: 'singer',
    redpanda: 'kafka',
  }),
)

/** Returns the type that an unknown one probably means; null when none is close. */
export const suggestConnector = (type: string, exists: (type: string) => boolean): string | null => {
  if (type.length > 40) return null
  const given = type.trim().toLowerCase().replaceAll('-', '_')
  const near = closeMatch(given, [...new Set([...ALSO_CALLED.values(), ...ALSO_CALLED.keys()])])
  const found = [given, near]
    .map((name) => (name === undefined ? undefined : (ALSO_CALLED.get(name) ?? name)))
    .find((name) => name !== undefined && exists(name))
  return found ?? null
}
