import { checkErrorsPage } from './errors-page.mjs'
import { checkCycles, checkSources } from './rules.mjs'
import { listOwners, readSources } from './sources.mjs'
import { checkWords } from './words.mjs'

/** Returns what breaks the rules in the tree below `root`, one line each, and how many files were read. */
export const findProblems = async (root) => {
  const sources = listOwners(root).flatMap((owner) => readSources(root, owner))
  const problems = [...checkSources(root, sources), ...checkCycles(sources), ...checkWords(root), ...(await checkErrorsPage(root))]
  return { problems, files: sources.length }
}
