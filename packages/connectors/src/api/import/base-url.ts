import { isUrl } from '@inlet/connector-sdk'
import { asList, asObject, asText, type ObjectNode } from './node.js'

/** Finds the URL that all paths are relative to. @param documentUrl where the document was found; null if it was sent */
export const findBaseUrl = (document: ObjectNode, documentUrl: string | null): { readonly url: string; readonly warning?: string } => {
  // If none is given, it is the root of the server that the document comes from (OpenAPI 3, Server Object; Swagger 2, host).
  const written = (document['swagger'] === undefined ? fromServers(document) : fromHost(document)) || '/'
  const base = documentUrl ?? undefined
  if (isUrl(written, base)) return { url: new URL(written, base).href.replace(/\/$/, '') }
  const path = written.startsWith('/') ? written.replace(/\/$/, '') : ''
  return { url: `https://api.example.com${path}`, warning: 'the document names no address: set url' }
}

const fromServers = (document: ObjectNode): string => {
  const server = asObject(asList(document['servers'])[0])
  const variables = asObject(server['variables'])
  return asText(server['url']).replaceAll(/\{([^{}]+)\}/g, (_whole, name: string) => asText(asObject(variables[name])['default']) || name)
}

const fromHost = (document: ObjectNode): string => {
  const host = asText(document['host'])
  const path = asText(document['basePath'])
  if (host === '') return path
  const schemes = asList(document['schemes'])
  return `${schemes.length === 0 || schemes.includes('https') ? 'https' : 'http'}://${host}${path}`
}
