import type { DraftView, FailureView, SourceDetail, VersionView } from '@inlet/contract'
import type { Draft, OpenError, SourceDetails, StoredVersion, VersionContent } from '@inlet/db'
import { canonicalJson, diffContent, nextStepOf } from '@inlet/domain'
import { findUnknownStreams } from '@inlet/mapping'

/** Casts the mapping of a version: mappings are validated when they are saved. */
export const toMappingView = (mapping: VersionContent['mapping']): SourceDetail['mapping'] => mapping as SourceDetail['mapping']

export const toOpenErrorView = ({ reason, message, at }: OpenError): FailureView & { readonly at: string } => ({
  reason,
  message,
  next: nextStepOf(reason),
  at: at.toISOString(),
})

const toContentView = ({ config, mapping, schedule }: VersionContent): Pick<VersionView, 'config' | 'mapping' | 'schedule'> => ({
  config: { ...config },
  mapping: toMappingView(mapping),
  schedule,
})

export const toVersionView = (version: StoredVersion): VersionView => ({
  number: version.number,
  state: version.state,
  ...toContentView(version),
  restoredFrom: version.restoredFrom,
  createdAt: version.createdAt.toISOString(),
  publishedAt: version.publishedAt?.toISOString() ?? null,
  openedAt: version.openedAt?.toISOString() ?? null,
  openError: version.openError === null ? null : toOpenErrorView(version.openError),
})

export const toDraftView = (draft: Draft, source: SourceDetails): DraftView => ({
  ...toContentView(draft.content),
  revision: draft.revision,
  liveVersion: draft.live.number,
  changes: [...diffContent(draft.live.content, draft.content)],
  warnings: [...warnOfStreams(source, draft.content)],
  createdAt: draft.createdAt.toISOString(),
  updatedAt: draft.updatedAt.toISOString(),
})

/** Warns of what a changed mapping means for records that are already stored. */
export const warnOfRemapping = (
  before: Pick<SourceDetails, 'mapping'>,
  after: Pick<SourceDetails, 'mapping'>,
): readonly { readonly code: string; readonly message: string }[] =>
  canonicalJson(before.mapping) === canonicalJson(after.mapping)
    ? []
    : [
        {
          code: 'MAPPING_CHANGED',
          message:
            'the next run reads the streams concerned from the beginning; records that the source does not give any more keep the form they have',
        },
      ]

interface Warning {
  readonly code: string
  readonly message: string
}

/**
 * Warns of streams that a mapping names and earlier runs have not found. Silent if the config differs too, since the source may then have other
 * streams: a test or a review finds out by asking the connector. Pure.
 */
export const warnOfStreams = (
  before: Pick<SourceDetails, 'config' | 'streams'>,
  after: Pick<VersionContent, 'config' | 'mapping'>,
): readonly Warning[] =>
  canonicalJson(before.config) === canonicalJson(after.config)
    ? findUnknownStreams(
        after.mapping,
        before.streams.map(({ name }) => name),
      ).map(({ code, message }) => ({ code, message }))
    : []
