export interface Change {
  readonly path: string
  /** Absent when it was added. */
  readonly before?: unknown
  /** Absent when it was removed. */
  readonly after?: unknown
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields in which two values differ; lists count as one value. The path of the whole may be empty. */
export const diffValues = (before: unknown, after: unknown, path: string): readonly Change[] => {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return names.flatMap((name) => diffValues(before[name], after[name], path === '' ? name : `${path}.${name}`))
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}
