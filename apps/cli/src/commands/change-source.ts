import { type Endpoint, endpoints, type SourceDetail } from '@inlet/contract'
import { toCondition } from '../output/source-condition.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

/** Actions on a source that need no further arguments. */
export const SOURCE_ACTIONS = {
  pause: 'no more runs begin; an active one runs to its end',
  resume: 'runs begin again, also after an error',
  start: 'start it',
  stop: 'stop it, its active run included',
  restart: 'stop it and start it again',
  reload: 'open its connection again',
  'reset-cursor': 'forget how far it was read: the next run reads everything again',
} as const
export type SourceAction = keyof typeof SOURCE_ACTIONS

/** Returns the actions that the API of this build has. */
export const knownActions = (): readonly SourceAction[] => {
  const paths = new Set(Object.values<Endpoint>(endpoints).map(({ method, path }) => `${method} ${path}`))
  return (Object.keys(SOURCE_ACTIONS) as SourceAction[]).filter((action) => paths.has(`post /v1/sources/:id/${action}`))
}

/** `inlet sources pause|resume|…`: performs the action on each source. */
export const actOnSources = async (action: SourceAction, refs: readonly string[], flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const items: SourceDetail[] = []
  for (const ref of refs) {
    await api.call('POST', `/v1/sources/${encodeURIComponent(ref)}/${action}`, {})
    items.push(await api.call<SourceDetail>('GET', `/v1/sources/${encodeURIComponent(ref)}`))
  }
  show(context, flags, { items }, () => items.map((source) => `${source.slug}: ${toCondition(source)}`))
}

/** `inlet sources delete`: deletes all records too, so it asks first. */
export const deleteSources = async (
  refs: readonly string[],
  flags: RemoteFlags & { readonly yes?: boolean },
  context: CommandContext,
): Promise<void> => {
  const api = openApi(flags, context)
  if (!flags.yes && !(await context.confirm(`Delete ${refs.join(', ')} with all records?`)))
    throw new Error('sources are deleted with all their records: add --yes to confirm; nothing was deleted')
  for (const ref of refs) await api.call('DELETE', `/v1/sources/${encodeURIComponent(ref)}`)
  show(context, flags, { deleted: refs }, () => refs.map((ref) => `${ref}: gone; its records are removed in the background`))
}
