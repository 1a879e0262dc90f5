// `npm run inlet -- <command>`: builds what changed, then runs the CLI in this process's place.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Inlet needs Node 20.19 or newer; this is ${process.version}.`)
  process.exit(1)
}
// Not on standard output, which may be JSON or YAML that continues into a pipe.
process.stderr.write(existsSync(`${root}apps/cli/dist/main.js`) ? 'Building…\n' : 'Building… (a minute or two this first time)\n')
const build = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}\nThe build failed; after "npm ci" it should not: please report it.\n`)
  process.exit(1)
}
const child = spawn(process.execPath, [`${root}apps/cli/dist/main.js`, ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the child by itself; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
