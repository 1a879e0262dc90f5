import type { ApiRequest } from './api-error.js'

/** Text as one word of a POSIX shell. */
export const quote = (text: string): string => (/^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** A request as a curl command; the key is left to the environment, so that it is never in a clipboard. */
export const toCurl = ({ method, path, body }: ApiRequest, origin: string): string =>
  [
    'curl -s',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    '-H "Authorization: Bearer $INLET_API_KEY"',
    ...(body === undefined ? [] : [`-H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`]),
    quote(origin + path),
  ].join(' ')
