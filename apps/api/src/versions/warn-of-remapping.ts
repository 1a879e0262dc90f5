import type { SourceDetails } from '@inlet/db'
import { canonicalJson } from '@inlet/domain'

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
