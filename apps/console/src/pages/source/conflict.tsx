import type { SourceDetail } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Changes } from './changes.js'
import { diffValues } from './diff-values.js'
import { type Editable, type Edits, toEditable } from './use-edits.js'

interface ConflictProps {
  readonly source: SourceDetail
  /** What these edits began from. */
  readonly base: Editable
  /** Saves what is here on top of what is shown. */
  readonly onKeep: (theirs: Edits['base']) => void
  readonly onDrop: () => void
}

/** Somebody else has changed the source meanwhile: shows what, and lets one decide. */
export const Conflict = ({ source, base, onKeep, onDrop }: ConflictProps) => {
  const now = useQuery({
    queryKey: ['source', source.slug, 'conflict'],
    queryFn: ({ signal }) => client.call<SourceDetail>('GET', `/v1/sources/${source.id}`, { signal }),
    staleTime: 0,
  })
  const t = messages.settings.conflict
  return (
    <div className="note" data-tone="warn" role="alert">
      <strong>{t.title}</strong>
      <p className="muted">{t.hint}</p>
      {now.data !== undefined && (
        <>
          <Changes changes={diffValues(base, toEditable(now.data), '')} none={t.elsewhere} />
          <div className="row wrap">
            <button type="button" className="button" onClick={() => onKeep({ revision: now.data.revision, values: toEditable(now.data) })}>
              {t.keep}
            </button>
            <button type="button" className="button" onClick={onDrop}>
              {t.drop}
            </button>
          </div>
        </>
      )}
    </div>
  )
}
