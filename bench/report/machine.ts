import { spawnSync } from 'node:child_process'
import os from 'node:os'

/** What the figures depend on besides the code. */
export const describeMachine = (binaries: Readonly<Record<string, string | null>>): Readonly<Record<string, string | number>> => ({
  cores: os.availableParallelism(),
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.platform()} ${os.release()} ${os.arch()}`,
  node: process.version,
  commit: version('git', ['rev-parse', '--short', 'HEAD']),
  ...Object.fromEntries(
    Object.entries(binaries)
      .filter((entry): entry is [string, string] => entry[1] !== null)
      .map(([name, file]) => [name, version(file, [VERSION_FLAG[name] ?? '--version'])]),
  ),
})

const VERSION_FLAG: Readonly<Record<string, string>> = { nginx: '-v', scrapy: 'version' }

/** The first line; nginx writes it to stderr. */
const version = (file: string, args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', timeout: 20_000 })
  return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')[0] || 'unknown'
}
