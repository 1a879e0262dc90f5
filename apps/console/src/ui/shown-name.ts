import { messages } from '../messages.js'

const MAX = 120
/** What has no shape of its own: spaces, controls, joiners, marks without a letter. */
const WITHOUT_SHAPE = /^[\s\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]*$/u
/** What turns the direction of all that follows. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const MARKS = /(\p{M}{4})\p{M}+/gu

/**
 * A name as it can be shown anywhere: at most `max` characters, as people count them; the text around it keeps its direction, marks do not pile up.
 * A name that nobody could see is replaced by `or`.
 */
export const shownName = (
  name: string,
  { max = MAX, or = messages.common.unnamed }: { readonly max?: number; readonly or?: string } = {},
): string => {
  if (WITHOUT_SHAPE.test(name)) return or
  const tame = name.replace(TURNING, '').replace(MARKS, '$1')
  if (tame.length <= max) return tame
  const shown: string[] = []
  for (const { segment } of new Intl.Segmenter().segment(tame)) {
    if (shown.length === max) return `${shown.join('').trimEnd()}…`
    shown.push(segment)
  }
  return tame
}
