import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'

/** The folder into which `npm run build` puts the console. */
const DIST = fileURLToPath(new URL('../../../console/dist/', import.meta.url))

/** First path segments of its pages; everything else means the same as without a console. */
const PAGES = new Set([
  '',
  'sources',
  'new-source',
  'runs',
  'records',
  'quarantine',
  'workers',
  'credentials',
  'notifications',
  'sinks',
  'generations',
  'audit',
  'settings',
  'bulk-operations',
])

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface StaticFile {
  readonly type: string
  readonly body: Buffer
  readonly zipped: Buffer
}

const readFile = (file: string): StaticFile => {
  const body = readFileSync(file)
  return { type: TYPES[path.extname(file)] ?? 'application/octet-stream', body, zipped: gzipSync(body) }
}

/** Reads the built console once: an address can only name what is in this map. Empty when it was not built. */
const readFiles = (folder: string): ReadonlyMap<string, StaticFile> => {
  const assets = path.join(folder, 'assets')
  if (!existsSync(assets)) return new Map()
  const hashed = readdirSync(assets).map((name) => [`/assets/${name}`, readFile(path.join(assets, name))] as const)
  return new Map([['/index.html', readFile(path.join(folder, 'index.html'))], ...hashed])
}

const send = (request: Request, response: Response, file: StaticFile, cacheControl: string): void => {
  const isZipped = request.acceptsEncodings('gzip', 'identity') === 'gzip'
  response.set({ 'content-type': file.type, 'cache-control': cacheControl }).vary('Accept-Encoding').vary('Accept')
  if (isZipped) response.set('content-encoding', 'gzip')
  response.status(200).send(isZipped ? file.zipped : file.body)
}

/** Whether a browser asks for a page. API clients that accept anything get JSON. */
const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html' && PAGES.has(request.path.split('/')[1] ?? '')

/** Serves the console: its pages to browsers, its files by their hashed names. Everything else is passed on to the API. */
export const consolePages = (folder: string = DIST): RequestHandler => {
  const files = readFiles(folder)
  const page = files.get('/index.html')
  return (request, response, next) => {
    if (page === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next()
    const file = request.path === '/index.html' ? undefined : files.get(request.path)
    if (file !== undefined) return send(request, response, file, 'public, max-age=31536000, immutable')
    if (wantsPage(request)) return send(request, response, page, 'no-store')
    next()
  }
}
