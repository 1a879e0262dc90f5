import type { QuerySettings, TableSettings } from './stream-settings.js'

interface StreamLists {
  readonly tables: readonly TableSettings[]
  readonly queries: readonly QuerySettings[]
  readonly deletes: NonNullable<TableSettings['deletes']>
}

export type SettingsIssue = {
  readonly code: 'custom'
  readonly input: string
  readonly path: (string | number)[]
  readonly message: string
}

/** Returns what is wrong with the streams of a source taken together: a duplicate name, a soft delete without its column. */
export const checkStreams = (value: StreamLists): readonly SettingsIssue[] => {
  const issues: SettingsIssue[] = []
  const add = (input: string, path: (string | number)[], message: string): void => void issues.push({ code: 'custom', input, path, message })
  const names = [...value.tables, ...value.queries].map((stream) => stream.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) add(twice, ['tables'], `the stream ${twice} is named twice`)
  for (const [area, streams] of [['tables', value.tables] as const, ['queries', value.queries] as const]) {
    for (const [index, stream] of streams.entries()) {
      const needsColumn = (stream.deletes ?? value.deletes) === 'softDelete' && stream.softDeleteColumn === undefined
      if (needsColumn) add(stream.name, [area, index, 'softDeleteColumn'], 'softDelete needs softDeleteColumn')
    }
  }
  return issues
}
