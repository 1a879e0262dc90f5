const KEY = 'key:'
const TOKEN = 'token:'
const VIA = ' via '

/** How the audit log names who calls with an API key. */
export const keyActor = (id: string): string => `${KEY}${id}`

/** How limits name all tokens of a subject, whatever client they were issued to. */
export const tokenOwner = (subject: string): string => `${TOKEN}${printable(subject)}`

/** How the audit log names who calls with a token: its subject, and the client it was issued to. */
export const tokenActor = (subject: string, client: string): string => `${tokenOwner(subject)}${VIA}${printable(client)}`

/** What an actor makes is counted as this one's: the key, or the subject of the token whatever client it came through. */
export const ownerOf = (actor: string): string => actor.split(VIA, 1)[0] ?? actor

/** The id of the key that acted; null for all others. */
export const keyIdOf = (actor: string): string | null => (actor.startsWith(KEY) ? actor.slice(KEY.length) : null)

/** Whether somebody acted who came in over the API, and not Inlet itself. */
export const isCaller = (actor: string): boolean => actor.startsWith(KEY) || actor.startsWith(TOKEN)

/** Visible ASCII without blanks, so that a name cannot look like another one: the rest, and the percent sign, are percent-encoded. */
const printable = (text: string): string => text.toWellFormed().replace(/[^!-$&-~]/gu, encodeURIComponent)
