import { isUrl } from '@inlet/domain'
import { z } from 'zod'

/**
 * Text from sources: it may address the reader, so it is kept separate, marked, and in no other field of a response. Its contents
 * differ by tool and are left out of the schemas, for which every agent pays in tokens.
 */
export const untrusted = z.looseObject({ untrusted: z.literal(true), from: z.string() })

/** Marks content of a source. */
export const markUntrusted = <T extends object>(from: string, content: T): { readonly untrusted: true; readonly from: string } & T => ({
  untrusted: true,
  from,
  ...content,
})

// Control characters except tab and line feed; direction marks; invisible characters that can carry hidden words (tags, variation supplements).
const HIDDEN = /(?![\t\n])\p{Cc}|[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e01ef}]/gu
const ACTIVE_LINK = /\b(javascript|vbscript|data)\s*:/giu

/** Removes hidden characters from a text; line breaks stay. */
export const cleanHidden = (text: string): string => text.toWellFormed().replace(/\r\n?/gu, '\n').replace(HIDDEN, '')

/** Removes hidden characters and active links from a text; line breaks stay. */
export const cleanText = (text: string): string => cleanHidden(text).replace(ACTIVE_LINK, '$1\u2236')

/** Returns a link that a reader may follow; null for everything but http and https. */
export const cleanUrl = (url: string | null): string | null => {
  if (url === null || !isUrl(url)) return null
  const { protocol, href } = new URL(url)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}

/** Returns JSON whose text cannot close a fence or open a tag where a client pastes it. */
export const toFencedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[`<>\u2028\u2029]/gu, (found) => `\\u${found.codePointAt(0)?.toString(16).padStart(4, '0')}`)
