const CLASS = /^([1-9])xx$/i
const SPAN = /^([1-9]\d\d)\s{0,3}-\s{0,3}([1-9]\d\d)$/
const ONE = /^[1-9]\d\d$/

/** The statuses that `404`, `4xx` and `500-599` name; null when the list is empty. Throws RangeError for anything else. */
export const compileStatuses = (list: readonly (string | number)[]): ReadonlySet<number> | null => {
  if (list.length === 0) return null
  const statuses = new Set<number>()
  for (const entry of list) {
    const [from, to] = spanOf(String(entry).trim())
    for (let status = from; status <= to; status++) statuses.add(status)
  }
  return statuses
}

const spanOf = (entry: string): readonly [number, number] => {
  if (ONE.test(entry)) return [Number(entry), Number(entry)]
  const family = CLASS.exec(entry)?.[1]
  if (family !== undefined) return [Number(family) * 100, Number(family) * 100 + 99]
  const span = SPAN.exec(entry)
  if (span === null || Number(span[1]) > Number(span[2])) throw new RangeError(`${JSON.stringify(entry)} is no status; write 404, 4xx or 500-599`)
  return [Number(span[1]), Number(span[2])]
}
