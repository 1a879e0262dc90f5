import { countCharacters } from '@inlet/search'

/** Where the parts of a text stand in it, in characters; they come in their order, with nothing but blanks between them. */
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
