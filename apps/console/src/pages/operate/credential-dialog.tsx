import type { ConnectorSummary, ConnectorView, CredentialView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { client } from '../../api/client.js'
import { listAll } from '../../api/list-all.js'
import { fieldErrors } from '../../form/field-errors.js'
import type { Values } from '../../form/schema.js'
import { SecretsForm } from '../../form/secrets-form.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { shownName } from '../../ui/shown-name.js'
import { notify } from '../../ui/toasts.js'
import { TextField } from '../source-fields/text-field.js'

interface CredentialDialogProps {
  /** Null makes a new one. */
  readonly credential: CredentialView | null
  readonly onClose: () => void
  readonly onSaved: () => Promise<void>
}

/** Secrets that several sources share: made, or replaced. They are written and never read. */
export const CredentialDialog = ({ credential, onClose, onSaved }: CredentialDialogProps) => {
  const [name, setName] = useState(credential?.name ?? '')
  const [type, setType] = useState(credential?.connector ?? '')
  const [secrets, setSecrets] = useState<Values>({})
  const [targets, setTargets] = useState(credential?.targets.join('\n') ?? '')
  const id = useId()
  const connectors = useQuery({
    queryKey: ['connectors'],
    queryFn: ({ signal }) => listAll<ConnectorSummary>('/v1/connectors', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const connector = useQuery({
    queryKey: ['connector', type],
    queryFn: ({ signal }) => client.call<ConnectorView>('GET', `/v1/connectors/${type}`, { signal }),
    enabled: type !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  const t = messages.credentials
  const save = async (): Promise<void> => {
    const lines = targets
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    const given = Object.keys(secrets).length === 0 ? {} : { secrets }
    if (credential === null) await client.call('POST', '/v1/credentials', { body: { name, connector: type, secrets, targets: lines } })
    else await client.call('PATCH', `/v1/credentials/${credential.id}`, { body: { name, targets: lines, ...given } })
    await onSaved()
    notify(t.saved(name))
    onClose()
  }
  return (
    <FormDialog title={credential === null ? t.add : shownName(credential.name)} onClose={onClose} onSubmit={save}>
      {(error) => (
        <>
          <TextField label={t.name} value={name} isRequired hint={t.nameHint} error={fieldErrors(error).get('name')} onChange={setName} />
          {credential === null && (
            <div className="field">
              <label htmlFor={id}>{t.connector}</label>
              <select
                id={id}
                className="input"
                required
                value={type}
                onChange={(event) => {
                  setType(event.target.value)
                  setSecrets({})
                }}
              >
                <option value="" />
                {connectors.data?.map((one) => (
                  <option key={one.type} value={one.type}>
                    {one.title}
                  </option>
                ))}
              </select>
            </div>
          )}
          {connector.data !== undefined && (
            <SecretsForm
              schema={connector.data.secretSchema}
              values={secrets}
              stored={credential === null ? [] : Object.keys(credential.secrets)}
              errors={fieldErrors(error)}
              onChange={setSecrets}
            />
          )}
          <div className="field">
            <label htmlFor={`${id}-targets`}>{t.targets}</label>
            <textarea
              id={`${id}-targets`}
              className="input mono"
              rows={3}
              placeholder="https://api.example.com"
              value={targets}
              onChange={(event) => setTargets(event.target.value)}
            />
            <p className="hint">{t.targetsHint}</p>
          </div>
        </>
      )}
    </FormDialog>
  )
}
