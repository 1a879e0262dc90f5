import type { SinkView } from '@inlet/contract'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { shownName } from '../../ui/shown-name.js'
import { ShownOnce } from '../../ui/shown-once.js'
import { notify } from '../../ui/toasts.js'
import { TextField } from '../source-fields/text-field.js'

interface SinkDialogProps {
  /** Null makes a new one. */
  readonly sink: SinkView | null
  readonly onClose: () => void
  readonly onSaved: () => Promise<void>
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Where changes are delivered to, and which. */
export const SinkDialog = ({ sink, onClose, onSaved }: SinkDialogProps) => {
  const t = messages.sinks.form
  const [name, setName] = useState(sink?.name ?? '')
  const [url, setUrl] = useState('')
  const [sources, setSources] = useState(sink?.sources.join(', ') ?? '')
  const [stream, setStream] = useState(sink?.stream ?? '')
  const [begins, setBegins] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const save = async (): Promise<void> => {
    const body = {
      name,
      sources: listOf(sources),
      stream: stream.trim() === '' ? null : stream.trim(),
      ...(url === '' ? {} : { url }),
      ...(sink === null ? { from: begins ? 'beginning' : 'now' } : begins ? { from: 'beginning' } : {}),
    }
    const saved = await (sink === null
      ? client.call<{ readonly secret: string | null }>('POST', '/v1/sinks', { body })
      : client.call<object>('PATCH', `/v1/sinks/${sink.id}`, { body }))
    await onSaved()
    const newSecret = 'secret' in saved && typeof saved.secret === 'string' ? saved.secret : null
    if (newSecret !== null) return setSecret(newSecret)
    notify(t.saved(name))
    onClose()
  }
  if (secret !== null) return <ShownOnce title={t.saved(shownName(name))} hint={t.once} secret={secret} copy={t.copy} onClose={onClose} />
  return (
    <FormDialog title={sink === null ? messages.sinks.add : shownName(sink.name)} onClose={onClose} onSubmit={save}>
      {(error) => {
        const errors = fieldErrors(error)
        return (
          <>
            <TextField label={messages.sinks.name} value={name} isRequired error={errors.get('name')} onChange={setName} />
            <TextField
              label={t.url}
              value={url}
              isRequired={sink === null}
              error={errors.get('url')}
              hint={sink === null ? t.urlHint : t.kept}
              onChange={setUrl}
            />
            <TextField label={t.sources} value={sources} error={errors.get('sources')} hint={t.sourcesHint} onChange={setSources} />
            <TextField label={t.stream} value={stream} error={errors.get('stream')} hint={t.streamHint} onChange={setStream} />
            <label className="row">
              <input type="checkbox" checked={begins} onChange={(event) => setBegins(event.target.checked)} />
              {sink === null ? t.beginning : t.again}
            </label>
          </>
        )
      }}
    </FormDialog>
  )
}
