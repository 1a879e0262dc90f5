import { Failure, parseJsonLossless } from '@inlet/connector-sdk'
import { z } from 'zod'

const breadcrumbs = z.array(z.looseObject({ breadcrumb: z.array(z.string()), metadata: z.looseObject({}) }))

const entrySchema = z.looseObject({
  tap_stream_id: z.string().min(1).max(200),
  stream: z.string().optional(),
  stream_alias: z.string().nullish(),
  schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).default({}),
  key_properties: z.array(z.string()).nullish(),
  replication_method: z.string().nullish(),
  replication_key: z.string().nullish(),
  metadata: breadcrumbs.nullish(),
})
const catalogSchema = z.looseObject({ streams: z.array(entrySchema) })

/** One stream of a Singer catalog; members this connector does not know are kept and go back to the tap. */
export type CatalogEntry = z.output<typeof entrySchema>
export type Catalog = z.output<typeof catalogSchema>

/** Parses what `--discover` printed, preserving numbers. Throws UPSTREAM_INVALID. */
export const parseCatalog = (text: string): Catalog => {
  try {
    return toCatalog(parseJsonLossless(text))
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure('UPSTREAM_INVALID', `what the tap printed for --discover is not JSON (${text.length} characters)`, { cause })
  }
}

/** Checks the shape of a catalog. Throws UPSTREAM_INVALID with the path. */
export const toCatalog = (value: unknown): Catalog => {
  const parsed = catalogSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Failure('UPSTREAM_INVALID', `the catalog is not in the form of Singer: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
}

/** Returns the metadata of the stream itself; that of fields is under their breadcrumbs. */
export const streamMetadata = (entry: CatalogEntry): Readonly<Record<string, unknown>> =>
  entry.metadata?.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {}
