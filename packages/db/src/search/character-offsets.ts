import { countCharacters } from '@inlet/search'

/** Returns the positions of the parts of a text, in characters; the parts are in order, with only blanks between them. */
export const characterOffsets = (
  parts: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): readonly { readonly from: number; readonly to: number }[] => {
  let at = 0
  let last = 0
  return parts.map(({ start, end, text }) => {
    const from = at + start - last
    at = from + countCharacters(text)
    last = end
    return { from, to: at }
  })
}
