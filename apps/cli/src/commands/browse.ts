import type { BrowsePage, ItemMetadata } from '@inlet/contract'
import { withQuery } from '../client/api-client.js'
import { toPairs, toTable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

export interface BrowseFlags extends RemoteFlags {
  readonly refresh?: boolean
  readonly limit: number
}

/** `inlet browse`: lists the items at a path. */
export const browse = async (ref: string, path: string, flags: BrowseFlags, context: CommandContext): Promise<void> => {
  const query = { path: path === '' ? undefined : path, limit: Math.min(flags.limit, 1_000), refresh: flags.refresh }
  const page = await openApi(flags, context).call<BrowsePage>('GET', withQuery(`/v1/sources/${encodeURIComponent(ref)}/browse`, query))
  show(context, flags, page, () => [
    ...toTable(
      ['PATH', 'BYTES', 'MODIFIED'],
      page.items.map(({ path: place, directory, size, modifiedAt }) => [
        directory && !place.endsWith('/') ? `${place}/` : place,
        String(size ?? ''),
        modifiedAt ?? '',
      ]),
    ),
    ...(page.truncated ? ['there is more; raise --limit, or look deeper'] : []),
    ...keptLine(page.cache),
  ])
}

/** `inlet browse --about`: describes an item. */
export const aboutItem = async (ref: string, path: string, flags: BrowseFlags, context: CommandContext): Promise<void> => {
  const address = withQuery(`/v1/sources/${encodeURIComponent(ref)}/browse/metadata`, { path, refresh: flags.refresh })
  const item = await openApi(flags, context).call<ItemMetadata>('GET', address)
  show(context, flags, item, () => [
    ...toPairs([
      ['path', item.path],
      ['kind', item.directory ? 'folder' : 'file'],
      ['bytes', item.size],
      ['modified', item.modifiedAt],
      ...Object.entries(item.metadata).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ]),
    ...keptLine(item.cache),
  ])
}

const keptLine = ({ state, fetchedAt }: BrowsePage['cache']): readonly string[] =>
  state === 'hit' ? [`as of ${fetchedAt}; --refresh asks the source`] : []
