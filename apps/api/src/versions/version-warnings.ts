import type { SourceDetails, VersionContent } from '@inlet/db'
import { canonicalJson } from '@inlet/domain'
import { findUnknownStreams } from '@inlet/mapping'

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
