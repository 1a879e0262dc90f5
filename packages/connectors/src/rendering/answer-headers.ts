/** They describe the body as it was sent, or would make the browser save it instead of showing it. */
const DROPPED = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'content-disposition', 'alt-svc'])

/** The headers of an answer as the browser takes them. Cookies that were joined by commas are told apart again. */
export const toAnswerHeaders = (headers: Readonly<Record<string, string>>): { readonly name: string; readonly value: string }[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    if (DROPPED.has(name)) return []
    return name === 'set-cookie' ? splitCookies(value).map((cookie) => ({ name, value: cookie })) : [{ name, value }]
  })

/** A comma ends a cookie only when a name and an equals sign follow; dates have commas too. */
const splitCookies = (value: string): string[] => value.split(/,\s{0,5}(?=[^\s;,=]{1,200}=)/)
