/** Languages whose words are reduced to stems and whose stop words are known. */
export const STEMMED_LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'no', 'fi', 'hu', 'ru', 'tr'] as const
export type StemmedLanguage = (typeof STEMMED_LANGUAGES)[number]

/** `simple`: words are taken as they are. */
export const LANGUAGES = [...STEMMED_LANGUAGES, 'simple'] as const
export type Language = (typeof LANGUAGES)[number]

export const isLanguage = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name)
