import path from 'node:path'
import type { ConnectorView, NewSourceRequest, SavedSource } from '@inlet/contract'
import type { SourceLanguage } from '@inlet/domain'
import { type ApiClient, ApiProblem, withQuery } from '../client/api-client.js'
import { findLocalFile } from '../client/local-file.js'
import { EXIT } from '../output/exit-codes.js'
import { isForPeople } from '../output/print.js'
import { toCondition } from '../output/source-condition.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecrets, splitPair } from './pairs.js'
import { followToEnd } from './run.js'
import { sendFiles } from './send-files.js'
import { toSettings } from './settings.js'

export interface CreateSourceFlags extends RemoteFlags {
  readonly connector?: string
  readonly name?: string
  readonly slug?: string
  readonly set?: readonly string[]
  readonly secret?: readonly string[]
  readonly credential?: string
  readonly cron?: string
  readonly timeZone?: string
  readonly freshWithin?: string
  readonly language?: SourceLanguage
  readonly label?: readonly string[]
  readonly check?: boolean
  readonly paused?: boolean
  readonly run: boolean
  readonly follow?: boolean
}

/**
 * `inlet sources create`: registers a source; files named as arguments are uploaded and read. Returns the exit code; with --follow, that of the first
 * run's outcome.
 */
export const createSource = async (files: readonly string[], flags: CreateSourceFlags, context: CommandContext): Promise<number> => {
  const connector = flags.connector ?? (files.length > 0 ? 'file' : undefined)
  if (connector === undefined) throw new Error('name a --connector (`inlet connectors` lists them), or files to upload')
  const name = flags.name ?? (files[0] === undefined ? undefined : path.parse(files[0]).name)
  if (name === undefined) throw new Error('give it a name with --name')
  const secrets = readSecrets(flags.secret ?? [], context.env)
  const contents = files.map(findLocalFile)
  const api = openApi(flags, context)
  const config = await toConfig(api, connector, flags.set ?? [])
  const uploads = await sendFiles(api, contents, flags, context)
  const request: NewSourceRequest = {
    name,
    connector,
    config: uploads.length === 0 ? config : { ...config, uploads },
    ...(flags.slug === undefined ? {} : { slug: flags.slug }),
    ...(secrets === null ? {} : { secrets }),
    ...(flags.credential === undefined ? {} : { credential: flags.credential }),
    ...(flags.cron === undefined ? {} : { schedule: { cron: flags.cron, ...(flags.timeZone === undefined ? {} : { timeZone: flags.timeZone }) } }),
    ...(flags.freshWithin === undefined ? {} : { freshWithin: flags.freshWithin }),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(flags.label === undefined ? {} : { labels: Object.fromEntries(flags.label.map((text) => splitPair(text, '--label name=value'))) }),
    ...(flags.paused ? { paused: true } : {}),
    ...(flags.run ? {} : { runNow: false }),
  }
  const saved = await register(api, request, { check: flags.check, uploads })
  const follow = flags.follow === true && saved.runId !== null
  if (!follow || isForPeople(flags)) show(context, flags, saved, () => createdLines(saved, follow))
  return follow && saved.runId !== null ? followToEnd(api, { source: saved.slug, runId: saved.runId }, flags, context) : EXIT.done
}

const createdLines = ({ slug, connector, runId, warnings, ...source }: SavedSource, follow: boolean): readonly string[] => [
  `${slug}: registered (${connector}), ${toCondition(source)}`,
  ...warnings.map(({ code, message }) => `  ${code}: ${message}`),
  ...(follow || runId === null ? [] : [`See its first run with: inlet runs get ${runId} --watch`]),
]

const toConfig = async (api: ApiClient, connector: string, set: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  if (set.length === 0) return {}
  const { items } = await api.call<{ items: readonly { type: string }[] }>('GET', '/v1/connectors?limit=200')
  // For an unknown connector, the registration suggests what may be meant.
  const schema = items.some(({ type }) => type === connector)
    ? (await api.call<ConnectorView>('GET', `/v1/connectors/${encodeURIComponent(connector)}`)).configSchema
    : {}
  return toSettings(set, schema)
}

interface Registration {
  readonly check: boolean | undefined
  readonly uploads: readonly string[]
}

/** Registers a source; if it is refused, the uploads that nothing reads are deleted. */
const register = async (api: ApiClient, request: NewSourceRequest, { check, uploads }: Registration): Promise<SavedSource> => {
  try {
    return await api.call<SavedSource>('POST', withQuery('/v1/sources', { check }), request)
  } catch (error) {
    for (const id of uploads) await api.call('DELETE', `/v1/uploads/${id}`).catch(() => undefined)
    if (uploads.length === 0 || !(error instanceof ApiProblem) || error.code !== 'NAME_TAKEN') throw error
    const next = 'For a new state of the same file: `inlet uploads replace <source> <file>`. For another source, choose another name with --name.'
    throw new ApiProblem(error.status, { code: error.code, detail: error.message, next })
  }
}
