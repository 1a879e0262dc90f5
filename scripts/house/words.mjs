import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Words that the field says otherwise, and what it says. Looked for in names (`fileBed`, `file-bed.ts`), comments, messages and docs alike, so only
 * words that have no other meaning stand here.
 */
const WORDS = [
  { found: /\b(test)?beds?\b/iu, say: 'fixture' },
  { found: /(?<!\ball )\bsettl(e|es|ed|ing)\b/iu, say: 'resolve or complete' },
  { found: /\b(im)?patien(t|tly|ce)\b/iu, say: 'timeout, or with retry' },
  { found: /\bwish(es|ed)?\b/iu, say: 'request or reservation' },
  { found: /\bhungry\b/iu, say: 'has capacity' },
  { found: /\bbreathes?\b/iu, say: 'yield to the event loop' },
  { found: /\b(told|tells|telling)\b/iu, say: 'notify, report, show or distinguish' },
  { found: /\bwhoever\b/iu, say: 'the caller' },
  { found: /\banew\b/iu, say: 'again' },
  { found: /\b(is|are) away\b/iu, say: 'is unavailable' },
  { found: /\bmend(s|ed|ing)?\b/iu, say: 'repair' },
  { found: /\bsigns? of life\b/iu, say: 'heartbeat' },
  { found: /\b(re|dis)?arm(s|ed|ing)?\b/iu, say: 'sync the job scheduler' },
  // One spelling throughout: the American one.
  {
    found:
      /neighbour|behaviour|colour|\bhonour|\blicence|(normal|serial|recogn|initial|summar|material|organ|author|optim|token)is(e|ed|es|er|ers|ing)\b|catalogue/iu,
    say: 'its American spelling',
  },
  // Not judged and judgments, which say in the field of search how relevant answers are.
  { found: /\bjudg(e|es|ing)\b/iu, say: 'validate, verify or classify' },
  { found: /\boverrul(e|es|ed|ing)\b/iu, say: 'override' },
  { found: /\breads? (it )?as a whole\b|\breads whole\b/iu, say: 'full refresh' },
]

const LOOKED_THROUGH = ['apps', 'packages', 'docs', 'tests', 'bench', 'deploy', 'scripts', 'prisma/schema.prisma', 'README.md', 'CONTRIBUTING.md']
const LEFT_OUT =
  /(^|\/)(dist|node_modules|generated|testing-data|\.turbo)$|^scripts\/house\/words\.mjs$|^tests\/house$|^tests\/docs\/search-judgments|package-lock\.json$/u
const TEXT = /\.(ts|tsx|mjs|js|css|md|ya?ml|json|prisma)$/u

const walk = (root, file) => {
  const full = path.join(root, file)
  if (LEFT_OUT.test(file) || !existsSync(full)) return []
  const entries = TEXT.test(file) ? [] : readdirSync(full, { withFileTypes: true })
  if (TEXT.test(file)) return [file]
  return entries.filter((entry) => entry.isDirectory() || TEXT.test(entry.name)).flatMap((entry) => walk(root, `${file}/${entry.name}`))
}

// `fileBed`, `FILE_BED` and `file-bed` are words like others.
const spread = (text) => text.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/gu, ' ').replaceAll('_', ' ')

const breaches = (file, text, describe) => {
  const words = spread(text)
  return WORDS.flatMap(({ found, say }) => {
    const match = found.exec(words)
    return match === null ? [] : [`${file}: '${match[0]}' ${describe(words.slice(0, match.index))}is not a word of the field; say ${say}`]
  })
}

const inLine = (before) => `in line ${before.split('\n').length} `

/** Words of the table in names and texts of the tree: the first of each in a file. */
export const checkWords = (root) =>
  LOOKED_THROUGH.flatMap((file) => walk(root, file)).flatMap((file) => [
    ...breaches(file, file, () => ''),
    ...breaches(file, readFileSync(path.join(root, file), 'utf8'), inLine),
  ])
