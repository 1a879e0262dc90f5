import type { DraftView, FailureView, SourceDetail, VersionView } from '@inlet/contract'
import type { Draft, OpenError, SourceDetails, StoredVersion, VersionContent } from '@inlet/db'
import { diffContent, nextStepOf } from '@inlet/domain'
import { warnOfStreams } from './version-warnings.js'

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
