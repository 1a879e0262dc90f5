import type { SourceDetails, VersionContent } from '@inlet/db'
import { canonicalJson } from '@inlet/domain'
import { findUnknownStreams } from '@inlet/mapping'

/** What a changed mapping means for records that are stored already. */
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
 * Streams that a mapping names and earlier runs have not found. Silent about another config, with which the source may have other
 * streams: then a test or a review knows, which ask the connector. Pure.
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
