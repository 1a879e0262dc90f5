import type { DraftView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Time } from '../../ui/time.js'
import { Changes } from './changes.js'
import { diffValues } from './diff-values.js'
import type { Editable } from './use-edits.js'

interface DraftConflictProps {
  readonly sourceId: string
  /** What would be saved. */
  readonly mine: Pick<Editable, 'config' | 'mapping' | 'schedule'>
  /** Changes with each refusal: what is shown is read again. */
  readonly refusal: unknown
  readonly onReplace: (revision: number) => void
  readonly onCancel: () => void
}

/** There is a draft, perhaps of somebody else: shows what replacing it would change. */
export const DraftConflict = ({ sourceId, mine, refusal, onReplace, onCancel }: DraftConflictProps) => {
  const found = useQuery({
    queryKey: ['source', sourceId, 'draft-conflict', refusal],
    queryFn: ({ signal }) => client.call<DraftView>('GET', `/v1/sources/${sourceId}/draft`, { signal }),
    staleTime: 0,
    gcTime: 0,
  })
  const t = messages.settings.draftConflict
  const draft = found.data
  if (draft === undefined) return null
  const { config, mapping, schedule } = draft
  return (
    <div className="note" data-tone="warn" role="alert">
      <strong>{t.title}</strong>
      <p className="muted">
        {t.savedAt} <Time at={draft.updatedAt} />. {t.hint}
      </p>
      <Changes changes={diffValues({ config, mapping, schedule }, mine, '')} none={t.same} />
      <div className="row wrap">
        <button type="button" className="button" onClick={() => onReplace(draft.revision)}>
          {t.replace}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {messages.common.cancel}
        </button>
      </div>
    </div>
  )
}
