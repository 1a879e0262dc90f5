import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { TEST_PACKAGES } from './law.mjs'

/**
 * @typedef {object} Source
 * @property {string} file path from the root, with slashes
 * @property {string} owner e.g. packages/db
 * @property {boolean} isTest whether only tests load it
 * @property {string} code without comments
 * @property {boolean} explainsSql whether a comment says why SQL is used
 */

const EXTENSIONS = /\.(ts|tsx|mts|cts|js|mjs|jsx)$/u
// A `testing` folder is what a package offers to tests, a `fixtures` folder what its own tests start.
const TEST_FILE = /\.test\.tsx?$|\/(testing|fixtures)\//u

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) return ['generated', 'dist', 'node_modules'].includes(entry.name) ? [] : walk(full)
    return EXTENSIONS.test(entry.name) ? [full] : []
  })

// Block comments only where a line begins with one: '*/*' is also a media type.
const withoutComments = (text) => text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gmu, '').replaceAll(/(^|\s)\/\/.*$/gmu, '$1')

/** All packages and apps below a root, e.g. `packages/db`. */
export const listOwners = (root) =>
  ['packages', 'apps'].flatMap((group) => {
    const folder = path.join(root, group)
    if (!existsSync(folder)) return []
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'src')))
      .map((entry) => `${group}/${entry.name}`)
  })

/** @returns {Source[]} every source file of a package or app */
export const readSources = (root, owner) =>
  walk(path.join(root, owner, 'src')).map((full) => {
    const file = path.relative(root, full).split(path.sep).join('/')
    const isTest = TEST_FILE.test(file) || TEST_PACKAGES.includes(owner.slice('packages/'.length))
    const text = readFileSync(full, 'utf8')
    return { file, owner, isTest, code: withoutComments(text), explainsSql: /^\s*(\/\/|\*) SQL: /mu.test(text) }
  })

const STATEMENT = /^[ \t]*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gmu
const CALL = /\b(?:import|require)\s*\(\s*['"`]([^'"`\n]+)['"`]/gu

/** The module names of all import and export-from statements, type-only ones included, and of import() and require() calls. */
export const importsOf = (code) => [...code.matchAll(STATEMENT), ...code.matchAll(CALL)].map((match) => match[1])
