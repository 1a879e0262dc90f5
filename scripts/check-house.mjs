// Checks what compiler and linter cannot: the import law between packages, banned names and words, who reads the environment, and that
// docs/errors.md says what the code says. Part of `npm run lint`.
//   node scripts/check-house.mjs                  list breaches, exit 1 if there are any
//   node scripts/check-house.mjs --write-errors   write docs/errors.md from the code
//   … --root <folder>                             another tree than this one
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeErrorsPage } from './house/errors-page.mjs'
import { findProblems } from './house/problems.mjs'

const { values } = parseArgs({ options: { root: { type: 'string' }, 'write-errors': { type: 'boolean', default: false } } })
const root = values.root ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

if (values['write-errors']) await writeErrorsPage(root)

const { problems, files } = await findProblems(root)
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? `${files} files keep the house rules` : `${problems.length} breaches of the house rules`)
process.exitCode = problems.length === 0 ? 0 : 1
