import { messages } from '../messages.js'

const WORDS: Readonly<Record<string, string>> = messages.reasons

/** A reason of the API in words; one that this console does not know yet (the API may be newer) by the words of its code. */
export const reasonText = (code: string): string => {
  if (Object.hasOwn(WORDS, code)) return WORDS[code] as string
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
