import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { tsImport } from 'tsx/esm/api'

const PAGE = 'docs/errors.md'
const INTRO = `# Errors

Every failure that a person can meet has a stable identifier, its **reason**: in API answers (problem+json, \`code\`), in runs, in quarantined records,
in the log and in the label \`reason\` of \`inlet_errors_total\`. The reason belongs to a **class**, and the class decides what happens.

This page is written from \`packages/domain/src/errors\` by \`node scripts/check-house.mjs --write-errors\`; \`npm run lint\` fails when they differ.
`

const cell = (value) => String(value).replaceAll('|', String.raw`\|`)
const row = (...values) => `| ${values.map(cell).join(' | ')} |`

const load = async (root, name) => tsImport(pathToFileURL(path.join(root, 'packages/domain/src/errors', name)).href, import.meta.url)

const RETRY = {
  backoff: 'again, with growing pauses',
  after: 'again, when the other side allows it',
  never: 'not by itself',
  quarantine: 'no; the record is set aside',
}

const classRows = (codes) =>
  Object.entries(codes).map(([code, rule]) => row(`\`${code}\``, RETRY[rule.retry] ?? rule.retry, rule.httpStatus, rule.meaning))

const reasonRows = (codes, reasons) =>
  Object.entries(reasons).map(([reason, rule]) => row(`\`${reason}\``, `\`${rule.code}\``, rule.status ?? codes[rule.code].httpStatus, rule.next))

const tables = async (root) => {
  const { FAILURE_CODES } = await load(root, 'failure-codes.ts')
  const { REASONS } = await load(root, 'reasons.ts')
  return { classes: classRows(FAILURE_CODES), reasons: reasonRows(FAILURE_CODES, REASONS) }
}

const HEADS = {
  classes: [row('Class', 'Tried again?', 'HTTP', 'Meaning'), row('---', '---', '---', '---')],
  reasons: [row('Reason', 'Class', 'HTTP', 'What to do'), row('---', '---', '---', '---')],
}

/** Writes the page from the tables. */
export const writeErrorsPage = async (root) => {
  const { classes, reasons } = await tables(root)
  const parts = [INTRO, '## Classes\n', ...HEADS.classes, ...classes, '\n## Reasons\n', ...HEADS.reasons, ...reasons, '']
  writeFileSync(path.join(root, PAGE), parts.join('\n'))
}

/** The rows that only the code or only the page has. */
export const checkErrorsPage = async (root) => {
  const { classes, reasons } = await tables(root)
  const wanted = [...classes, ...reasons]
  const page = path.join(root, PAGE)
  const found = existsSync(page)
    ? readFileSync(page, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('| `'))
    : []
  const hint = 'run node scripts/check-house.mjs --write-errors'
  return [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `${PAGE}: lacks the row ${line} (${hint})`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `${PAGE}: has a row that is not in the code: ${line} (${hint})`),
  ]
}
