import type { CredentialView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { listAll } from '../../api/list-all.js'
import type { Schema, Values } from '../../form/schema.js'
import { SecretsForm } from '../../form/secrets-form.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'

interface SecretsChoiceProps {
  readonly connector: string
  readonly schema: Schema
  readonly config: Values
  /** Name of the shared credential that is used; null for secrets of its own. */
  readonly credential: string | null
  readonly secrets: Values
  readonly stored: readonly string[]
  readonly errors: ReadonlyMap<string, string>
  readonly onCredential: (name: string | null) => void
  readonly onSecrets: (secrets: Values) => void
}

/** Secrets of this source alone, or those of a credential that several share. */
export const SecretsChoice = (props: SecretsChoiceProps) => {
  const { connector, credential, errors } = props
  const session = useSession()
  const id = useId()
  const shared = useQuery({
    queryKey: ['credential-choices', connector],
    queryFn: ({ signal }) => listAll<CredentialView>('/v1/credentials', { query: { connector }, signal }),
    enabled: session.can('listCredentials'),
  })
  const names = [...new Set([...(credential === null ? [] : [credential]), ...(shared.data ?? []).map(({ name }) => name)])]
  const t = messages.secrets
  return (
    <>
      <h3>{messages.settings.secrets}</h3>
      {names.length > 0 && (
        <div className="field">
          <label htmlFor={id}>{t.whose}</label>
          <select
            id={id}
            className="input"
            value={credential ?? ''}
            onChange={({ target }) => props.onCredential(target.value === '' ? null : target.value)}
          >
            <option value="">{t.own}</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {t.shared(name)}
              </option>
            ))}
          </select>
          {errors.get('credential') !== undefined && (
            <p className="error" role="alert">
              {errors.get('credential')}
            </p>
          )}
        </div>
      )}
      {credential === null && (
        <SecretsForm
          schema={props.schema}
          values={props.secrets}
          config={props.config}
          stored={props.stored}
          errors={errors}
          onChange={props.onSecrets}
        />
      )}
    </>
  )
}
