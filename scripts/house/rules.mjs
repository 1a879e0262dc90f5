import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import {
  BANNED_NAMES,
  BUNDLED,
  FOR_CONNECTORS,
  MAY_BUILD_REGEXP,
  MAY_IMPORT,
  MAY_READ_ENV,
  ONE_WRITER,
  ONLY_IN,
  SLOW_MATCHERS,
  TEST_PACKAGES,
  THROUGH_PRISMA,
} from './law.mjs'
import { importsOf } from './sources.mjs'

const OURS = /^@inlet\/([^/]+)/u
const ENV = /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\[['"]env['"]\]|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](?:node:)?process['"]/u

const nameOf = (owner) => owner.slice(owner.indexOf('/') + 1)

const bannedNames = ({ file }) => {
  const parts = file.split('/').slice(3)
  const words = parts.map((part) => part.replace(/(\.int)?(\.test)?\.[a-z]+$/u, ''))
  return words.filter((word) => BANNED_NAMES.includes(word)).map((word) => `${file}: '${word}' says nothing about what is inside; name the thing`)
}

const contents = ({ file, isTest, code, explainsSql }) => {
  const problems = []
  if (!isTest && THROUGH_PRISMA.test(file) && /\.query(<|\()/u.test(code) && !explainsSql)
    problems.push(`${file}: uses SQL and does not say why Prisma cannot do it (a comment that begins with SQL:)`)
  if (/^\s*export\s*\*/mu.test(code)) problems.push(`${file}: export * hides what a package offers; list the names`)
  if (!isTest && ENV.test(code) && !MAY_READ_ENV.test(file))
    problems.push(`${file}: only apps/*/src/main.ts read the environment; take a value as a parameter`)
  if (!isTest && /\bURL\.canParse\b/u.test(code))
    problems.push(`${file}: URL.canParse refuses good URLs on Node 20 once it is compiled; use isUrl of @inlet/domain`)
  if (!isTest && /\bReadable\.toWeb\b/u.test(code))
    problems.push(
      `${file}: Readable.toWeb throws outside of everything on Node 20 and 22 when it is cancelled at the wrong moment; iterate the stream itself`,
    )
  if (!isTest && /\bredirect: 'error'/u.test(code))
    problems.push(
      `${file}: a fetch with redirect: 'error' on Node 20 and 22 forgets its signal once garbage was collected (nodejs/undici#4627); use 'manual' and refuse redirects`,
    )
  if (!isTest && /(?<!\bsignal: )\bAbortSignal\.timeout\b/u.test(code))
    problems.push(
      `${file}: AbortSignal.timeout never fires on Node 20 once it is combined with others and garbage was collected; use timeoutSignal of @inlet/connector-sdk`,
    )
  if (!isTest && /\bRegExp\s*\(/u.test(code) && !MAY_BUILD_REGEXP.includes(file))
    problems.push(`${file}: makes a regular expression at run time; a pattern of a user could stop the process (see MAY_BUILD_REGEXP)`)
  if (!isTest && /\bmatchesGlob\b|\bfs\.glob(Sync)?\b|import\s*\{[^}]*\bglob(Sync)?\b[^}]*\}\s*from\s*['"](node:)?fs/u.test(code))
    problems.push(`${file}: globs of Node can take for ever; use compileGlob of @inlet/connector-sdk`)
  for (const { table, model, file: writer } of ONE_WRITER)
    if (!isTest && file !== writer && adds(table, model).test(code)) problems.push(`${file}: adds rows to ${table}, which only ${writer} does`)
  return problems
}

const adds = (table, model) => new RegExp(`\\bINSERT\\s+INTO\\s+"?${table}\\b|\\.${model}\\s*\\.\\s*(create|upsert)`, 'iu')

const ours = ({ file, owner, isTest }, name) => {
  const target = OURS.exec(name)?.[1]
  if (target === undefined || isTest || target === nameOf(owner)) return []
  if (TEST_PACKAGES.includes(target) || /^@inlet\/[^/]+\/testing$/u.test(name)) return [`${file}: imports ${name}, which is for tests only`]
  const allowed = MAY_IMPORT[owner]
  if (allowed === undefined) return [`${file}: ${owner} is not in the import law (scripts/house/law.mjs)`]
  if (MAY_IMPORT[`apps/${target}`] !== undefined) return [`${file}: imports the app ${target}; apps never import each other`]
  if (allowed.includes('*') || allowed.includes(target)) return []
  return [`${file}: ${owner} may not import @inlet/${target} (allowed: ${allowed.join(', ') || 'nothing of ours'})`]
}

const libraries = ({ file, isTest }, name) => {
  if (isTest) return []
  if (SLOW_MATCHERS.test(name)) return [`${file}: imports ${name}, which can take for ever; use compileGlob of @inlet/connector-sdk`]
  return ONLY_IN.filter(({ library, folders }) => library.test(name) && !folders.some((folder) => file.startsWith(`${folder}/`))).map(
    ({ folders }) => `${file}: imports ${name}, which only ${folders.join(' and ') || 'scripts'} may`,
  )
}

const relative = ({ file, owner, isTest }, name) => {
  if (isTest || !name.startsWith('.')) return []
  const target = path.posix.join(path.posix.dirname(file), name)
  if (/\/(testing|fixtures)\//u.test(target)) return [`${file}: imports ${name}, which is for tests only`]
  if (!target.startsWith(`${owner}/`)) return [`${file}: reaches into another package with ${name}; import it by its name`]
  if (owner !== 'packages/connectors') return []
  // A connector is one folder; files right under src (registry, index) name them all.
  const [from, to] = [file, target].map((text) => text.slice(`${owner}/src/`.length))
  if (!from.includes('/') || !to.includes('/') || from.split('/')[0] === to.split('/')[0] || FOR_CONNECTORS.includes(to.split('/')[0])) return []
  return [`${file}: imports the connector ${to.split('/')[0]}; connectors never import each other`]
}

const dependencyName = (name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')

const declared = (root) => {
  const cache = new Map()
  return (owner) => {
    const known = cache.get(owner)
    if (known !== undefined) return known
    const file = path.join(root, owner, 'package.json')
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
    const bundled = BUNDLED.includes(owner) ? manifest.devDependencies : {}
    const names = new Set([
      ...Object.keys({ ...manifest.dependencies, ...bundled }),
      ...Object.keys(manifest.peerDependencies ?? {}),
      manifest.name ?? '',
    ])
    cache.set(owner, names)
    return names
  }
}

const undeclared = ({ file, owner, isTest }, name, declaredBy) => {
  if (isTest || name.startsWith('.') || name.startsWith('node:') || name.startsWith('#') || builtinModules.includes(name)) return []
  const dependency = dependencyName(name)
  return declaredBy(owner).has(dependency) ? [] : [`${file}: imports ${dependency}, which ${owner}/package.json does not list`]
}

/** Every breach in the sources, one line each. */
export const checkSources = (root, sources) => {
  const declaredBy = declared(root)
  return sources.flatMap((source) => [
    ...bannedNames(source),
    ...contents(source),
    ...importsOf(source.code).flatMap((name) => [
      ...ours(source, name),
      ...libraries(source, name),
      ...relative(source, name),
      ...undeclared(source, name, declaredBy),
    ]),
  ])
}

/** The first cycle of a graph as its nodes from the first back to it, if there is one. */
const findCycle = (edges) => {
  const done = new Set()
  const visit = (name, trail) => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name]
    if (done.has(name)) return null
    for (const target of edges.get(name) ?? []) {
      const found = visit(target, [...trail, name])
      if (found !== null) return found
    }
    done.add(name)
    return null
  }
  for (const name of edges.keys()) {
    const found = visit(name, [])
    if (found !== null) return found
  }
  return null
}

const packageEdges = (sources) => {
  const edges = new Map()
  for (const { owner, isTest, code } of sources) {
    if (isTest) continue
    const targets = edges.get(nameOf(owner)) ?? new Set()
    for (const name of importsOf(code)) {
      const target = OURS.exec(name)?.[1]
      if (target !== undefined && target !== nameOf(owner)) targets.add(target)
    }
    edges.set(nameOf(owner), targets)
  }
  return edges
}

/** `./x.js` is x.ts or x.tsx in the sources. */
const fileEdges = (sources) => {
  const files = new Set(sources.map(({ file }) => file))
  const resolve = (file, name) => {
    const target = path.posix.join(path.posix.dirname(file), name)
    return [target, target.replace(/js$/u, 'ts'), target.replace(/js$/u, 'tsx')].find((candidate) => files.has(candidate))
  }
  return new Map(
    sources.map(({ file, code }) => {
      const names = importsOf(code).filter((name) => name.startsWith('.'))
      return [file, names.flatMap((name) => resolve(file, name) ?? [])]
    }),
  )
}

/** The first cycle between packages and the first between files, type-only imports included, a line each. */
export const checkCycles = (sources) => [
  ...[findCycle(packageEdges(sources))].flatMap((found) => (found === null ? [] : [`packages import each other in a circle: ${found.join(' → ')}`])),
  ...[findCycle(fileEdges(sources))].flatMap((found) => (found === null ? [] : [`files import each other in a circle: ${found.join(' → ')}`])),
]
