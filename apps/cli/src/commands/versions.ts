import type { DraftView, SavedSource } from '@inlet/contract'
import { withQuery } from '../client/api-client.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

interface Diff {
  readonly from: string
  readonly to: string
  readonly changes: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[]
}

/** `inlet versions diff`: shows the fields in which two versions differ. */
export const diffVersions = async (
  ref: string,
  flags: RemoteFlags & { readonly from: string; readonly to: string },
  context: CommandContext,
): Promise<void> => {
  const diff = await openApi(flags, context).call<Diff>('GET', withQuery(`${pathOf(ref)}/diff`, { from: flags.from, to: flags.to }))
  show(context, flags, diff, {
    lines: () => (diff.changes.length === 0 ? [`${diff.from} and ${diff.to} say the same.`] : diff.changes.flatMap((change) => changeLines(change))),
    names: () => diff.changes.map(({ path }) => path),
  })
}

const changeLines = ({ path, before, after }: Diff['changes'][number]): readonly string[] => [
  path,
  ...(before === undefined ? [] : [`  - ${JSON.stringify(before)}`]),
  ...(after === undefined ? [] : [`  + ${JSON.stringify(after)}`]),
]

/** `inlet versions publish`: makes the draft, as it is now, the live version. */
export const publishDraft = async (ref: string, flags: RemoteFlags & { readonly force?: boolean }, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const { revision } = await api.call<DraftView>('GET', `${pathOf(ref)}/draft`)
  const body = flags.force ? { force: true } : {}
  const source = await api.call<SavedSource>('POST', `${pathOf(ref)}/draft/publish`, body, { 'if-match': `"r${revision}"` })
  show(context, flags, source, () => [
    `${source.slug}: version ${source.version} is live.`,
    ...source.warnings.map(({ code, message }) => `  ${code}: ${message}`),
  ])
}

/** `inlet versions rollback`: publishes the content of an earlier version again. */
export const rollBack = async (ref: string, version: number, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const source = await openApi(flags, context).call<SavedSource>('POST', `${pathOf(ref)}/rollback`, { version })
  show(context, flags, source, () => [`${source.slug}: version ${source.version}, with the content of ${version}, is live.`])
}

const pathOf = (ref: string): string => `/v1/sources/${encodeURIComponent(ref)}`
