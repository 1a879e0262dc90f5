/** Languages whose words search reduces to stems and whose stop words it knows, by their ISO 639-1 codes. */
export const STEMMED_LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'no', 'fi', 'hu', 'ru', 'tr'] as const
export type StemmedLanguage = (typeof STEMMED_LANGUAGES)[number]

/** `simple`: words are taken as they are. */
export const LANGUAGES = [...STEMMED_LANGUAGES, 'simple'] as const
export type Language = (typeof LANGUAGES)[number]

export const isLanguage = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name)

/** What the owner of a source may set; `auto`: each record is looked at. */
export const SOURCE_LANGUAGES = ['auto', ...LANGUAGES] as const
export type SourceLanguage = (typeof SOURCE_LANGUAGES)[number]

/** The language that a source is set to, as it is stored; null: detected for each record. A name of another version of Inlet counts as none. */
export const toLanguage = (name: string | null): Language | null => (name !== null && isLanguage(name) ? name : null)
