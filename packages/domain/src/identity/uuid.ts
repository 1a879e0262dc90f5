const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const UUID_IN_TEXT = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u

/** Whether a text is an id of ours: a UUID in lower case. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** The first id that a text such as an error message names; null when it names none. */
export const findUuid = (text: string): string | null => UUID_IN_TEXT.exec(text)?.[0] ?? null
