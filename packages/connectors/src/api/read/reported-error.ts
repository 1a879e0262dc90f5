/**
 * Returns the member by which the envelope of a response says that the request failed, whatever its status: many APIs report errors with
 * status 200. Names only, since values may be private. Null if none does.
 */
export const reportedError = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null
  for (const [name, value] of Object.entries(body)) {
    const plain = name.toLowerCase().replaceAll(/[^a-z]/g, '')
    if (SUCCESS.has(plain) && (value === false || value === 'false')) return `${name}: false`
    if (STATUS.has(plain) && typeof value === 'string' && FAILED.test(value)) return `${name}: ${value}`
    if (ERROR.has(plain) && isError(value)) return name
    if (CODE.has(plain) && isErrorCode(value)) return name
  }
  return null
}

const SUCCESS = new Set(['success', 'succeeded', 'successful', 'ok', 'issuccess', 'issuccessful'])
const STATUS = new Set(['status', 'state', 'result', 'stat', 'outcome'])
const FAILED = /^(error|errors|fail|failed|failure|exception|fault)$/i
const ERROR = new Set(['error', 'errors', 'fault', 'exception', 'failure', 'failures', 'errormessage', 'errormsg', 'errmsg', 'errordescription'])
const CODE = new Set(['errorcode', 'errcode', 'errno'])
const BENIGN = /^\s*(|false|no|none|null|ok|success|0)\s*$/i

const isError = (value: unknown): boolean => {
  if (typeof value === 'string') return !BENIGN.test(value)
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value === true
}

const isErrorCode = (value: unknown): boolean =>
  (typeof value === 'string' && !BENIGN.test(value) && !/^0+$/.test(value)) || (typeof value === 'number' && value !== 0)
