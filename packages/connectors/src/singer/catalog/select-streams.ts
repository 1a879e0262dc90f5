import { type Catalog, type CatalogEntry, streamMetadata } from './catalog.js'
import type { StreamPlan } from './stream-plan.js'

/** Returns a copy of the catalog that selects only these streams, with all their fields that were not deselected. Pure. */
export const selectStreams = (catalog: Catalog, plan: StreamPlan, also: readonly string[]): Catalog => ({
  ...catalog,
  streams: catalog.streams.map((entry) => {
    if (entry.tap_stream_id === plan.name) return markSelected(entry, plan)
    return also.includes(entry.tap_stream_id) ? markSelected(entry) : markLeftOut(entry)
  }),
})

const markLeftOut = (entry: CatalogEntry): CatalogEntry => withStreamMetadata(entry, { selected: false })

const markSelected = (entry: CatalogEntry, plan?: StreamPlan): CatalogEntry => {
  const method = plan?.method ?? null
  const key = plan?.replicationKey ?? null
  const changed = withStreamMetadata(entry, {
    selected: true,
    ...(method !== null && { 'replication-method': method }),
    ...(key !== null && { 'replication-key': key }),
    ...(plan?.keysAreSet === true && streamMetadata(entry)['is-view'] === true && { 'view-key-properties': [...plan.keyFields] }),
  })
  return {
    ...changed,
    ...(method !== null && { replication_method: method }),
    ...(key !== null && { replication_key: key }),
    metadata: withFields(changed),
  }
}

/** The flag is in the metadata and, for older taps, in the schema. */
const withStreamMetadata = (entry: CatalogEntry, more: Readonly<Record<string, unknown>> & { readonly selected: boolean }): CatalogEntry => ({
  ...entry,
  selected: more.selected,
  schema: { ...entry.schema, selected: more.selected },
  metadata: [
    ...(entry.metadata ?? []).filter(({ breadcrumb }) => breadcrumb.length > 0),
    { breadcrumb: [], metadata: { ...streamMetadata(entry), ...more } },
  ],
})

/** Taps differ in their default for a field without a flag, so every field gets one. */
const withFields = (entry: CatalogEntry): NonNullable<CatalogEntry['metadata']> => {
  const metadata = entry.metadata ?? []
  const described = new Set(metadata.map(({ breadcrumb }) => breadcrumb.join('\0')))
  const silent = Object.keys(entry.schema.properties ?? {}).filter((field) => !described.has(`properties\0${field}`))
  return [
    ...metadata.map(({ breadcrumb, metadata: field }) => {
      const isOpen = breadcrumb.length > 0 && field['selected'] === undefined && field['inclusion'] !== 'unsupported'
      return { breadcrumb, metadata: isOpen ? { ...field, selected: true } : field }
    }),
    ...silent.map((field) => ({ breadcrumb: ['properties', field], metadata: { selected: true } })),
  ]
}
