// The code is that of docs/guides/examples and its counterpart, which the tests of the docs run: what is scaffolded cannot fall behind.

const connectorOf = ({ type, title }, read) =>
  read('docs/guides/examples/hello-connector.ts').replace("type: 'hello'", `type: '${type}'`).replace("title: 'Notebook'", `title: '${title}'`)

const counterpartOf = (read) =>
  read('tests/docs/notebook-server.ts').replace(
    /^\/\*\* The notebook that .*$/mu,
    '/** A real counterpart: a server with some notes, and everything the acceptance suite needs. Replace it with the system you read. */',
  )

// In the order in which the formatter sorts imports.
const testOf = ({ connector, counterpart }) => `import { describeConnector } from '@inlet/connector-sdk/testing'
${[`import connector from '${connector}'`, `import { openNotebookFixture } from '${counterpart}'`].sort((a, b) => depthOf(a) - depthOf(b)).join('\n')}

describeConnector(connector, { fixture: openNotebookFixture })
`

const depthOf = (line) => (line.includes('../') ? 0 : line.includes('/fixtures/') ? 1 : 2)

const readmeOf = ({ type, title }, more) => `# \`${type}\`: notes of ${title}

Reads a notebook: a server that numbers its changes (\`GET /notes?after=N\`). This is a working start; make it yours.

| | |
| --- | --- |
| streams | \`notes\`: one document per note |
| key | \`id\` |
| cursor | the number of the last change |
| deletes | the server reports removed notes |
| not read | attachments |
| bad input | a note without its fields goes to quarantine; the others are stored |

## Settings

| setting | meaning |
| --- | --- |
| \`url\` | address of the notebook |
| \`pageSize\` | notes per request, 200 by default |
| \`token\` (secret) | sent as \`Authorization: Bearer\` |
${more}`

const PACKAGE_README = `
## Work on it

\`\`\`sh
npm install      # not needed inside Inlet's repository
npm test         # the acceptance suite against a real server
npm run build    # Inlet loads dist
\`\`\`

Run it: \`INLET_CONNECTORS=/path/to/this/folder\` for the API and all workers (\`inlet up\` passes it on).
`

/** A package of its own. `sdk`: the relative path to packages/connector-sdk. */
export const packageFiles = (names, { read, sdk }) => {
  const { devDependencies } = JSON.parse(read('package.json'))
  const { version, dependencies } = JSON.parse(read('packages/connector-sdk/package.json'))
  const manifest = {
    name: `inlet-connector-${names.name}`,
    version: '0.1.0',
    description: `Lets Inlet read ${names.title}.`,
    private: true,
    type: 'module',
    exports: './dist/index.js',
    files: ['dist'],
    scripts: { build: 'tsc', test: 'vitest run' },
    dependencies: { zod: dependencies.zod },
    // Inlet brings its own; a second one would not be harmful, only larger.
    peerDependencies: { '@inlet/connector-sdk': `^${version}` },
    peerDependenciesMeta: { '@inlet/connector-sdk': { optional: true } },
    devDependencies: {
      '@inlet/connector-sdk': `file:${sdk}`,
      '@types/node': devDependencies['@types/node'],
      typescript: devDependencies.typescript,
      vitest: devDependencies.vitest,
    },
  }
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  }
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify({ compilerOptions, include: ['src'] }, null, 2)}\n`,
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({ test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 } })\n`,
    '.gitignore': 'node_modules/\ndist/\n',
    'README.md': readmeOf(names, PACKAGE_README),
    'src/index.ts': connectorOf(names, read),
    'test/notebook-server.ts': counterpartOf(read),
    'test/connector.test.ts': testOf({ connector: '../src/index.js', counterpart: './notebook-server.js' }),
  }
}

/** A folder of packages/connectors/src. */
export const builtInFiles = (names, read) => ({
  'README.md': readmeOf(names, ''),
  'index.ts': connectorOf(names, read),
  'fixtures/notebook-server.ts': counterpartOf(read),
  [`${names.name}.acceptance.int.test.ts`]: testOf({ connector: './index.js', counterpart: './fixtures/notebook-server.js' }),
})
