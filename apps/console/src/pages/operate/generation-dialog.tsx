import type { GenerationView } from '@inlet/contract'
import { type ReactNode, useState } from 'react'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { notify } from '../../ui/toasts.js'
import { TextField } from '../source-fields/text-field.js'
import { type GenerationValue, toCreateBody, toGenerationValue, toUpdateBody } from './generation-value.js'
import '../../form/form.css'

interface GenerationDialogProps {
  /** Null makes a new one. */
  readonly generation: GenerationView | null
  readonly onClose: () => void
  readonly onSaved: () => Promise<void>
}

const PATH = '/v1/search/generations'

/** A model whose vectors are made of all records, and how search uses it. */
export const GenerationDialog = ({ generation, onClose, onSaved }: GenerationDialogProps) => {
  const t = messages.generations.form
  const [value, setValue] = useState(() => toGenerationValue(generation))
  const save = async (): Promise<void> => {
    if (generation === null) await client.call('POST', PATH, { body: toCreateBody(value) })
    else await client.call('PATCH', `${PATH}/${generation.id}`, { body: toUpdateBody(value, generation) })
    await onSaved()
    notify(generation === null ? t.begun(value.model) : t.saved(generation.model))
    onClose()
  }
  return (
    <FormDialog
      title={generation?.model ?? messages.generations.add}
      submit={generation === null ? t.begin : messages.common.save}
      onClose={onClose}
      onSubmit={save}
    >
      {(error) => {
        const errors = fieldErrors(error)
        const field = (name: keyof GenerationValue, path: string) => ({
          value: value[name],
          error: errors.get(path),
          onChange: (text: string): void => setValue({ ...value, [name]: text }),
        })
        return (
          <>
            {generation === null && (
              <>
                <p className="muted">{t.sends}</p>
                <TextField label={t.url} isRequired hint={t.urlHint} {...field('url', 'url')} />
                <TextField label={t.model} isRequired {...field('model', 'model')} />
              </>
            )}
            <TextField label={t.key} type="password" hint={generation?.hasKey === true ? t.keyKept : t.keyHint} {...field('apiKey', 'apiKey')} />
            <TextField label={t.perDay} hint={t.perDayHint} {...field('tokensPerDay', 'tokensPerDay')} />
            <TextField label={t.weight} hint={t.weightHint} {...field('weight', 'weight')} />
            {generation === null && (
              <More>
                <TextField label={t.dimensions} hint={t.dimensionsHint} {...field('dimensions', 'dimensions')} />
                <TextField label={t.questionPrefix} hint={t.questionPrefixHint} {...field('questionPrefix', 'questionPrefix')} />
                <TextField label={t.textPrefix} hint={t.textPrefixHint} {...field('textPrefix', 'textPrefix')} />
              </More>
            )}
            <fieldset className="group">
              <legend>{t.rerank}</legend>
              <p className="hint">{t.rerankHint}</p>
              <TextField label={t.rerankUrl} hint={t.rerankUrlHint} {...field('rerankUrl', 'rerank.url')} />
              <TextField label={t.rerankModel} {...field('rerankModel', 'rerank.model')} />
              <TextField
                label={t.rerankKey}
                type="password"
                hint={generation?.rerank == null ? t.keyHint : t.rerankKeyAgain}
                {...field('rerankKey', 'rerank.apiKey')}
              />
            </fieldset>
          </>
        )
      }}
    </FormDialog>
  )
}

const More = ({ children }: { readonly children: ReactNode }) => (
  <details className="more">
    <summary>{messages.generations.form.more}</summary>
    <div className="stack members">{children}</div>
  </details>
)
