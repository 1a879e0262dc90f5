import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isUrl } from '@inlet/domain'
import { FilesInvalid, formatProblem, parseSourceFiles, readSourceFiles } from '@inlet/registry-files'
import { type ApiClient, createApiClient } from '../client/api-client.js'
import { findInstallation, folderOf } from '../client/find-installation.js'
import { checkApi } from '../doctor/check-api.js'
import { checkDatabase } from '../doctor/check-database.js'
import { checkDataFolder, checkDisk, checkNode, checkPort, checkProgram, checkRoots } from '../doctor/check-machine.js'
import { checkQueue } from '../doctor/check-queue.js'
import { type Finding, fail, messageOf, ok, skip } from '../doctor/finding.js'
import { EXIT } from '../output/exit-codes.js'
import { printable } from '../output/format.js'
import type { OutputFlags } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, show } from './context.js'

export interface DoctorFlags extends OutputFlags {
  readonly url?: string
  readonly key?: string
  readonly data?: string
}

const DEFAULT_PORT = 3210
const PROGRAMS = [
  { names: ['git'], purpose: 'git sources' },
  { names: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'], purpose: 'pages that need a browser' },
]

/** `inlet doctor`: works without anything running. Returns 0 when nothing is wrong. */
export const doctor = async (flags: DoctorFlags, context: CommandContext): Promise<number> => {
  const findings = await examine(flags, context.env)
  const broken = findings.filter(({ status }) => status === 'fail').length
  show(
    context,
    flags,
    { ok: broken === 0, findings },
    {
      lines: () => [...findings.flatMap((finding) => findingLines(finding, context.terminal)), `\n${verdictOf(broken, findings)}`],
      names: () => findings.filter(({ status }) => status === 'fail').map(({ name }) => name),
    },
  )
  return broken === 0 ? EXIT.done : EXIT.failed
}

const verdictOf = (broken: number, findings: readonly Finding[]): string => {
  const doubtful = findings.filter(({ status }) => status === 'warn').length
  const isSkipped = (name: string): boolean => findings.some((finding) => finding.name === name && finding.status === 'skip')
  if (broken > 0) return `${broken === 1 ? 'One thing is' : `${broken} things are`} wrong.`
  if (doubtful === 0 && isSkipped('database') && isSkipped('api')) return 'Nothing wrong was found on this machine; no installation was looked at.'
  return doubtful === 0 ? 'Nothing is wrong.' : `Nothing is broken; ${doubtful === 1 ? 'one thing deserves' : `${doubtful} things deserve`} a look.`
}

const examine = async (flags: DoctorFlags, env: CommandContext['env']): Promise<readonly Finding[]> => {
  const data = folderOf(flags)
  const local = readLocal(data)
  const url = flags.url ?? (env['INLET_URL'] || local.url)
  const databaseUrl = env['DATABASE_URL'] || local.databaseUrl
  return [
    checkNode(process.version),
    checkDataFolder(data),
    checkDisk(data),
    await checkPort(portOf(env, local.url), local.url),
    ...PROGRAMS.map(checkProgram),
    ...checkRoots(env['INLET_FILE_ROOTS']),
    ...(databaseUrl === null
      ? [
          skip(
            'database',
            local.url === null ? NO_DATABASE : `the installation at ${local.url} has one elsewhere; set DATABASE_URL to look at it too`,
          ),
        ]
      : await checkDatabase(databaseUrl, keysOf(env) ?? local.encryptionKeys, env['DATABASE_URL'] ? undefined : stepOfOwn(data))),
    ...(await checkQueue(env['REDIS_URL'], { inDatabase: databaseUrl !== null, asksApi: url !== null })),
    ...(await checkFiles(env)),
    ...(url === null
      ? [skip('api', 'no installation runs from the data folder; name one with --url')]
      : await checkApi({
          url,
          client: clientOf({ ...flags, url }, env),
          knowsDatabase: databaseUrl !== null,
          knowsQueue: Boolean(env['REDIS_URL']),
        })),
  ]
}

/** Returns the port that a running installation uses, otherwise the one that `inlet up` would use. */
const portOf = (env: CommandContext['env'], runningUrl: string | null): number =>
  Number((runningUrl === null ? '' : new URL(runningUrl).port) || env['PORT'] || DEFAULT_PORT)

const NO_DATABASE = 'no DATABASE_URL, and no installation runs from the data folder: `inlet up` starts one of its own'
const stepOfOwn = (data: string): string => `See ${path.join(data, 'postgres', 'postgres.log')}; stop \`inlet up\` (Ctrl-C there) and start it again.`

/** Returns null without a key, which only some of the checks need. */
const clientOf = (flags: DoctorFlags, env: CommandContext['env']): ApiClient | null => {
  try {
    const { url, key } = findInstallation(flags, env)
    return createApiClient(url, key)
  } catch {
    return null
  }
}

interface Local {
  readonly url: string | null
  readonly databaseUrl: string | null
  readonly encryptionKeys?: string | undefined
}

/** Reads what the data folder says about an installation that runs from it. */
const readLocal = (folder: string): Local => {
  const read = (name: string): Readonly<Record<string, unknown>> => {
    const file = path.join(folder, name)
    try {
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {}
    } catch {
      return {}
    }
  }
  const { url } = read('running.json')
  const { postgresPort, postgresPassword, encryptionKeys } = read('settings.json')
  const runs = typeof url === 'string' && isUrl(url)
  const embedded = runs && existsSync(path.join(folder, 'postgres', 'data', 'postmaster.pid'))
  return {
    url: runs ? url : null,
    databaseUrl: embedded ? `postgresql://postgres:${String(postgresPassword)}@127.0.0.1:${String(postgresPort)}/postgres` : null,
    encryptionKeys: typeof encryptionKeys === 'string' ? encryptionKeys : undefined,
  }
}

const keysOf = (env: CommandContext['env']): string | undefined => {
  try {
    return env['INLET_ENCRYPTION_KEYS'] || undefined
  } catch {
    return undefined
  }
}

const checkFiles = async (env: CommandContext['env']): Promise<readonly Finding[]> => {
  const name = 'files of sources'
  const file = env['INLET_SOURCES_FILE']
  if (file === undefined || file === '') return []
  try {
    return [ok(name, `${parseSourceFiles(await readSourceFiles([file]), env).length} sources in ${file}`)]
  } catch (error) {
    const problems = error instanceof FilesInvalid ? error.problems.map(formatProblem) : [messageOf(error)]
    return problems.map((problem) => fail(name, problem, 'Correct the line; until then the sources stay as they were applied last.'))
  }
}

const findingLines = ({ name, status, message, next }: Finding, terminal: Terminal): readonly string[] => {
  const mark = { ok: terminal.green('✔'), warn: terminal.yellow('!'), fail: terminal.red('✘'), skip: terminal.dim('–') }[status]
  return [`${mark} ${name.padEnd(16)} ${printable(message)}`, ...(next === undefined ? [] : [`  ${''.padEnd(16)} ${printable(next)}`])]
}
