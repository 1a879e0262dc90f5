/** A field that differs between two versions. `before` is absent if it was added, `after` if it was removed. */
export interface FieldChange {
  /** e.g. `config.headers.accept` or `config.streams[0].name`. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Returns the fields in which two JSON values differ, in name order. Lists are compared position by position. Pure. */
export const diffContent = (before: unknown, after: unknown): readonly FieldChange[] => [...compare('', before, after)]

function* compare(path: string, before: unknown, after: unknown): Generator<FieldChange> {
  if (Object.is(before, after)) return
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let n = 0; n < Math.max(before.length, after.length); n += 1) yield* compare(`${path}[${n}]`, before[n], after[n])
    return
  }
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    for (const name of names) yield* compare(join(path, name), valueOf(before, name), valueOf(after, name))
    return
  }
  yield { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const valueOf = (object: Readonly<Record<string, unknown>>, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

const join = (path: string, name: string): string => {
  if (!/^[\w$-]+$/u.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}
