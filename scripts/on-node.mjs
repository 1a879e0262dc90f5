// Runs a command on another version of Node, which npm brings: npm run on-node -- 24 npm test
import { spawnSync } from 'node:child_process'

const [major = '', ...command] = process.argv.slice(2)
if (!/^\d+$/u.test(major) || command.length === 0) {
  console.error('usage: npm run on-node -- <major version> <command …>, such as: npm run on-node -- 24 npm test')
  process.exit(2)
}
// The binary of this platform, as the npm package "node" would fetch it by an install script.
const build = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${major}`
const { status, error } = spawnSync('npx', ['--yes', '--package', build, '--', ...command], { stdio: 'inherit' })
if (error !== undefined) console.error(error.message)
process.exit(status ?? 1)
