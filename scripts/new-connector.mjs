// npm run new:connector -- <name> [--dir <folder>]   writes a connector that passes its tests at once; default folder: connectors/<name>
// npm run new:connector -- <name> --builtin          the same as one of those that come with Inlet
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { builtInFiles, packageFiles } from './new-connector/files.mjs'
import { namesOf } from './new-connector/names.mjs'
import { addToRegistry } from './new-connector/registry-line.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const builtIns = path.join(root, 'packages/connectors/src')

const stop = (message) => {
  console.error(message)
  process.exit(64)
}

const readArguments = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { dir: { type: 'string' }, builtin: { type: 'boolean', default: false } } })
  } catch (error) {
    return stop(`${error.message}\nUse: npm run new:connector -- <name> [--dir <folder> | --builtin]`)
  }
}

const { positionals, values } = readArguments()
const [name, ...more] = positionals
if (name === undefined || more.length > 0) stop('Use: npm run new:connector -- <name> [--dir <folder> | --builtin]')
const names = namesOf(name)
if (names === null) stop(`"${name}" cannot be the name of a connector: use at most 50 lower-case letters, digits and dashes, beginning with a letter`)
if (existsSync(path.join(builtIns, name))) stop(`a connector ${name} comes with Inlet; choose another name`)
if (values.builtin && values.dir !== undefined) stop('--builtin has its own folder; leave out --dir')

// npm runs scripts in the root of the repository; INIT_CWD is where it was called.
const folder = values.builtin
  ? path.join(builtIns, name)
  : path.resolve(process.env.INIT_CWD ?? '.', values.dir ?? path.join(root, 'connectors', name))
if (existsSync(folder) && readdirSync(folder).length > 0) stop(`${folder} is not empty`)

const read = (file) => readFileSync(path.join(root, file), 'utf8')
const files = values.builtin
  ? builtInFiles(names, read)
  : packageFiles(names, { read, sdk: path.relative(folder, path.join(root, 'packages/connector-sdk')) })
for (const [file, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), text)
}
if (values.builtin) writeFileSync(path.join(builtIns, 'registry.ts'), addToRegistry(read('packages/connectors/src/registry.ts'), names))

const shown = path.relative(process.env.INIT_CWD ?? '.', folder) || '.'
const inside = !path.relative(root, folder).startsWith('..')
console.log(
  values.builtin
    ? `Created ${shown} and registered it. Next:
  npx vitest run --project integration ${path.relative(root, folder)}
  then make it yours: the code, its README.md, an example in docs/guides/sources.md and the same one in
  packages/contract/src/openapi/source-examples.ts, links in README.md and packages/connectors/README.md`
    : `Created ${shown}. Next:
  cd ${shown}${inside ? '' : '\n  npm install'}
  npm test
  npm run build
  and start Inlet with INLET_CONNECTORS=${folder}`,
)
