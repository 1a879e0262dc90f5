import type { BulkAction, SourceLine } from '@inlet/contract'
import { useId, useState } from 'react'
import { fieldErrors } from '../../form/field-errors.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { formatNumber } from '../../ui/format.js'
import '../../form/form.css'
import { LabelsField } from '../source-fields/labels-field.js'
import { type BulkRequest, beginBulk, effectOf, type LabelChange } from './bulk-actions.js'

interface BulkDialogProps {
  readonly action: BulkAction
  readonly chosen: readonly SourceLine[]
  readonly onClose: () => void
  /** It is under way, by the id of the operation. */
  readonly onBegun: (id: string) => void
}

/** Shows what an action would do before it begins. */
export const BulkDialog = ({ action, chosen, onClose, onBegun }: BulkDialogProps) => {
  const [labels, setLabels] = useState<LabelChange>({ set: {}, remove: [] })
  const t = messages.sources.bulk
  const request: BulkRequest = action === 'label' ? { action, labels } : { action }
  const by = (effect: string): number => chosen.filter((line) => effectOf(request, line) === effect).length
  const targets = chosen.filter((line) => effectOf(request, line) !== 'nothing')
  return (
    <FormDialog
      title={t.question(t.actions[action], formatNumber(chosen.length))}
      submit={t.actions[action]}
      isDisabled={targets.length === 0}
      onClose={onClose}
      onSubmit={async () =>
        onBegun(
          await beginBulk(
            request,
            targets.map(({ id }) => id),
          ),
        )
      }
    >
      {(error) => (
        <>
          {action === 'label' && <Labels value={labels} chosen={chosen} errors={fieldErrors(error)} onChange={setLabels} />}
          <ul className="stack tight" aria-live="polite" hidden={action === 'label' && Object.keys(labels.set).length + labels.remove.length === 0}>
            <li>{t.effects.changes[action](formatNumber(by('changes')))}</li>
            {by('nothing') > 0 && <li className="muted">{t.effects.nothing(formatNumber(by('nothing')))}</li>}
            {by('refused') > 0 && <li className="muted">{t.effects.refused(formatNumber(by('refused')))}</li>}
          </ul>
        </>
      )}
    </FormDialog>
  )
}

interface LabelsProps {
  readonly value: LabelChange
  readonly chosen: readonly SourceLine[]
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (value: LabelChange) => void
}

const Labels = ({ value, chosen, errors, onChange }: LabelsProps) => {
  const id = useId()
  const present = [...new Set(chosen.flatMap(({ labels }) => Object.keys(labels)))].sort()
  const t = messages.sources.bulk.label
  return (
    <div className="stack">
      <LabelsField
        value={{}}
        title={t.set}
        hint={t.setHint}
        isOpen
        error={[...errors].find(([path]) => path.startsWith('labels'))?.[1]}
        onChange={(set) => onChange({ ...value, set })}
      />
      {present.length > 0 && (
        <fieldset className="group">
          <legend>{t.remove}</legend>
          <div className="row wrap">
            {present.map((name) => (
              <label key={name} className="row tag" htmlFor={`${id}-${name}`}>
                <input
                  id={`${id}-${name}`}
                  type="checkbox"
                  checked={value.remove.includes(name)}
                  onChange={({ target: { checked } }) =>
                    onChange({ ...value, remove: present.filter((one) => (one === name ? checked : value.remove.includes(one))) })
                  }
                />
                {name}
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  )
}
