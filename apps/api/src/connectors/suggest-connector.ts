import { closeMatch } from '@inlet/runtime'

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
