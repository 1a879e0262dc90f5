/** Languages that search has stemmers and stop words for, by their ISO 639-1 codes. */
export const STEMMED_LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'no', 'fi', 'hu', 'ru', 'tr'] as const
export type StemmedLanguage = (typeof STEMMED_LANGUAGES)[number]

/** `simple`: words are used as they are. */
export const LANGUAGES = [...STEMMED_LANGUAGES, 'simple'] as const
export type Language = (typeof LANGUAGES)[number]

export const isLanguage = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name)

/** What the owner of a source may set; `auto`: detected for each record. */
export const SOURCE_LANGUAGES = ['auto', ...LANGUAGES] as const
export type SourceLanguage = (typeof SOURCE_LANGUAGES)[number]

/** Returns the stored language setting of a source; null: detected for each record. A name from another version of Inlet counts as none. */
export const toLanguage = (name: string | null): Language | null => (name !== null && isLanguage(name) ? name : null)
