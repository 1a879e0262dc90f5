import type { Change } from './diff-values.js'

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

/** Fields that differ, before and after, line by line. */
export const Changes = ({ changes, none }: { readonly changes: readonly Change[]; readonly none: string }) =>
  changes.length === 0 ? (
    <p className="muted">{none}</p>
  ) : (
    <ul className="changes">
      {changes.map((change) => (
        <li key={change.path}>
          <code>{change.path}</code>
          {'before' in change && <del>{shown(change.before)}</del>}
          {'after' in change && <ins>{shown(change.after)}</ins>}
        </li>
      ))}
    </ul>
  )
