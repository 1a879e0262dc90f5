import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface DocsSite {
  readonly folder: string
  readonly what: string
  readonly pages: number
}

/** Where Debian's postgresql-doc package puts its pages. */
const INSTALLED = '/usr/share/doc/postgresql-doc-15/html'
const GENERATED_PAGES = 1_000
const WORDS = 'index table query planner transaction vacuum cluster schema trigger replica cursor statement buffer lock view domain'.split(' ')

/** A documentation site to crawl: a given folder, an installed manual, else generated pages. */
export const findDocsSite = (given: string | null): DocsSite => {
  const folder = given ?? (existsSync(path.join(INSTALLED, 'index.html')) ? INSTALLED : null)
  if (folder === null) return generateSite()
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html')).length
  if (pages === 0 || !existsSync(path.join(folder, 'index.html'))) throw new Error(`INLET_BENCH_DOCS: ${folder} has no index.html`)
  return { folder, what: folder === INSTALLED ? 'the installed manual of PostgreSQL 15' : 'the folder given by INLET_BENCH_DOCS', pages }
}

/** Pages of about 14 KB with tables, code and links to twenty others each. */
const generateSite = (): DocsSite => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-bench-site-'))
  mkdirSync(folder, { recursive: true })
  for (let n = 0; n < GENERATED_PAGES; n += 1) writeFileSync(path.join(folder, n === 0 ? 'index.html' : `page-${n}.html`), toPage(n))
  return { folder, what: 'a generated site (set INLET_BENCH_DOCS to a folder of HTML for a real one)', pages: GENERATED_PAGES }
}

const toPage = (n: number): string => {
  const text = (from: number, words: number): string =>
    Array.from({ length: words }, (_, at) => WORDS[(n * 13 + from * 7 + at * at) % WORDS.length]).join(' ')
  const links = Array.from(
    { length: 20 },
    (_, at) => `<li><a href="page-${1 + ((n * 20 + at) % (GENERATED_PAGES - 1))}.html">${text(at, 4)}</a></li>`,
  )
  const parts = Array.from(
    { length: 12 },
    (_, at) => `<h2>${text(at, 3)} ${n}.${at}</h2><p>${text(at, 90)}</p><pre><code>SELECT ${text(at, 6)};</code></pre>`,
  )
  const rows = Array.from({ length: 8 }, (_, at) => `<tr><td>${text(at, 2)}</td><td>${text(at + 3, 8)}</td></tr>`)
  return `<!doctype html><html lang="en"><head><title>Page ${n}: ${text(0, 4)}</title></head><body><nav><ul>${links.join('')}</ul></nav><main><h1>Page ${n}</h1>${parts.join('')}<table><tr><th>Name</th><th>Meaning</th></tr>${rows.join('')}</table></main></body></html>`
}
