import type { DraftView, FailureView, SourceDetail, VersionView } from '@inlet/contract'
import type { Draft, LoadError, SourceDetails, StoredVersion, VersionContent } from '@inlet/db'
import { diffContent, isReason, REASONS } from '@inlet/domain'
import { warnOfStreams } from './version-warnings.js'

/** What to do about a reason that was stored. */
export const nextStepOf = (reason: string): string => (isReason(reason) ? REASONS[reason].next : REASONS.INTERNAL.next)

/** Mappings are checked when they are saved. */
export const toMappingView = (mapping: VersionContent['mapping']): SourceDetail['mapping'] => mapping as SourceDetail['mapping']

export const toLoadErrorView = ({ reason, message, at }: LoadError): FailureView & { readonly at: string } => ({
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
  loadedAt: version.loadedAt?.toISOString() ?? null,
  loadError: version.loadError === null ? null : toLoadErrorView(version.loadError),
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
