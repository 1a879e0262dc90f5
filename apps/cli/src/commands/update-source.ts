import { readFileSync } from 'node:fs'
import type { ConnectorView, SavedSource, SourceChangeRequest, SourceDetail } from '@inlet/contract'
import type { SourceLanguage } from '@inlet/domain'
import { parseYamlValue } from '@inlet/registry-files'
import { type ApiClient, withQuery } from '../client/api-client.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecrets, splitPair } from './pairs.js'
import { toSettings } from './settings.js'

export interface UpdateSourceFlags extends RemoteFlags {
  readonly file?: string
  readonly name?: string
  readonly language?: SourceLanguage
  readonly set?: readonly string[]
  readonly unset?: readonly string[]
  readonly secret?: readonly string[]
  readonly credential?: string
  readonly cron?: string
  readonly timeZone?: string
  readonly freshWithin?: string
  readonly label?: readonly string[]
  readonly check?: boolean
}

/** `inlet sources update`: what is not named stays unchanged, and concurrent changes by others are not overwritten. */
export const updateSource = async (ref: string, flags: UpdateSourceFlags, context: CommandContext): Promise<void> => {
  const secrets = readSecrets(flags.secret ?? [], context.env)
  const filed = flags.file === undefined ? {} : readFields(flags.file)
  const api = openApi(flags, context)
  const path = `/v1/sources/${encodeURIComponent(ref)}`
  const source = await api.call<SourceDetail>('GET', path)
  const change: SourceChangeRequest = {
    ...filed,
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(flags.set === undefined && flags.unset === undefined ? {} : { config: await toConfig(api, source, filed.config, flags) }),
    ...(secrets === null ? {} : { secrets }),
    ...(flags.credential === undefined ? {} : { credential: orNull(flags.credential) }),
    ...toSchedule(source, flags),
    ...(flags.freshWithin === undefined ? {} : { freshWithin: orNull(flags.freshWithin) }),
    ...(flags.label === undefined ? {} : { labels: changeLabels(filed.labels ?? source.labels, flags.label) }),
  }
  if (Object.keys(change).length === 0) throw new Error('specify what to change, e.g. --set maxPages=500 or --cron "0 4 * * *"; --help lists all')
  const saved = await api.call<SavedSource>('PATCH', withQuery(path, { check: flags.check }), change, { 'if-match': `"r${source.revision}"` })
  show(context, flags, saved, { lines: () => toLines(saved, source.revision), names: () => [saved.slug] })
}

const toLines = ({ slug, revision, reindexing, warnings }: SavedSource, before: number): readonly string[] => [
  revision === before ? `${slug}: as it was` : `${slug}: changed`,
  ...warnings.map(({ code, message }) => `  ${code}: ${message}`),
  ...(reindexing === null
    ? []
    : [
        `Search indexes its ${reindexing.records} records again; \`inlet sources get ${slug}\` shows how far it is. They are found meanwhile as before.`,
      ]),
]

const NONE = 'none'
const orNull = (text: string): string | null => (text === NONE ? null : text)

/** Reads fields of a source from YAML or JSON. The API reports what is wrong with them. */
const readFields = (file: string): SourceChangeRequest => {
  const fields: unknown = parseYamlValue(readFileSync(file, 'utf8'))
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new Error(`${file} must hold fields of a source, such as config: or schedule:`)
  return fields
}

type Settings = Readonly<Record<string, unknown>>

const toConfig = async (
  api: ApiClient,
  source: SourceDetail,
  filed: Settings | undefined,
  { set = [], unset = [] }: UpdateSourceFlags,
): Promise<Settings> => {
  const { configSchema } = await api.call<ConnectorView>('GET', `/v1/connectors/${encodeURIComponent(source.connector)}`)
  const remaining = unset.reduce((config, name) => without(config, name.split('.')), filed ?? source.config)
  return mergeSettings(remaining, toSettings(set, configSchema))
}

/** Merges settings: objects are merged; everything else, including lists, is replaced. */
export const mergeSettings = (before: Settings, change: Settings): Settings => {
  const merged = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(change)) {
    const old = merged.get(name)
    merged.set(name, isObject(old) && isObject(value) ? mergeSettings(old, value) : value)
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value)

const without = (settings: Settings, [name = '', ...rest]: readonly string[]): Settings => {
  const { [name]: value, ...others } = settings
  return rest.length > 0 && isObject(value) ? { ...others, [name]: without(value, rest) } : others
}

const toSchedule = (source: SourceDetail, { cron, timeZone }: UpdateSourceFlags): Pick<SourceChangeRequest, 'schedule'> => {
  if (cron === undefined && timeZone === undefined) return {}
  if (cron === NONE) return { schedule: null }
  const fields = cron ?? source.schedule?.cron
  if (fields === undefined) throw new Error(`${source.slug} has no schedule; give it one with --cron`)
  const zone = timeZone ?? source.schedule?.timeZone
  return { schedule: { cron: fields, ...(zone === undefined ? {} : { timeZone: zone }) } }
}

/** Changes labels: `name=value` sets one, `name=` removes it. */
const changeLabels = (before: Readonly<Record<string, string>>, pairs: readonly string[]): Readonly<Record<string, string>> => {
  const labels = new Map(Object.entries(before))
  for (const [name, value] of pairs.map((text) => splitPair(text, '--label name=value')))
    if (value === '') labels.delete(name)
    else labels.set(name, value)
  return Object.fromEntries(labels)
}
