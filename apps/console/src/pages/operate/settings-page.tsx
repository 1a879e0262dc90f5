import type { ApiKeyView, NewApiKeyView } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { shownName } from '../../ui/shown-name.js'
import { ShownOnce } from '../../ui/shown-once.js'
import { Time, useNow } from '../../ui/time.js'
import { Listed } from './listed.js'

const SCOPES = ['read', 'write', 'publish', 'admin'] as const

/** The API keys of the installation. */
export const SettingsPage = () => {
  const t = messages.keysPage
  const session = useSession()
  const queries = useQueryClient()
  const [isCreating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKeyView | null>(null)
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['keys'] })
  const revoke = async (key: ApiKeyView): Promise<void> => {
    await client.call('DELETE', `/v1/keys/${key.id}`)
    await refresh()
  }
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/keys', cli: 'inlet keys list' }}
      actions={
        session.can('createKey') ? (
          <button type="button" className="button primary" onClick={() => setCreating(true)}>
            {t.create}
          </button>
        ) : undefined
      }
    >
      <Listed<ApiKeyView>
        queryKey={['keys']}
        path="/v1/keys"
        none={t.none}
        head={[t.name, t.scopes, t.state, t.lastUsed, t.created, '']}
        row={(key) => [
          <strong key="n">
            <Name of={key.name} />
          </strong>,
          key.scopes.join(', '),
          <KeyState key="s" of={key} />,
          <Time key="u" at={key.lastUsedAt} />,
          <Time key="c" at={key.createdAt} />,
          key.revokedAt === null && session.can('deleteKey') ? (
            <button key="r" type="button" className="button small quiet danger" onClick={() => setRevoking(key)}>
              {t.revoke}
            </button>
          ) : null,
        ]}
        keyOf={({ id }) => id}
      />
      {isCreating && <CreateKey onClose={() => setCreating(false)} onCreated={refresh} />}
      {revoking !== null && (
        <ConfirmDialog
          title={t.revokeTitle(shownName(revoking.name))}
          text={t.revokeHint}
          submit={t.revoke}
          onClose={() => setRevoking(null)}
          onConfirm={() => revoke(revoking)}
        />
      )}
    </Page>
  )
}

/** Whether it still opens anything, and until when. */
const KeyState = ({ of: { revokedAt, expiresAt } }: { readonly of: ApiKeyView }) => {
  const now = useNow()
  const t = messages.keysPage
  const isExpired = expiresAt !== null && Date.parse(expiresAt) <= now.getTime()
  return (
    <>
      <Badge tone={revokedAt === null && !isExpired ? 'ok' : 'idle'}>{revokedAt !== null ? t.revoked : isExpired ? t.expired : t.valid}</Badge>
      {revokedAt === null && expiresAt !== null && (
        <p className="muted">
          {isExpired ? t.expiredAt : t.expires} <Time at={expiresAt} />
        </p>
      )}
    </>
  )
}

const CreateKey = ({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: () => Promise<void> }) => {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<(typeof SCOPES)[number]>('read')
  const [expiresOn, setExpiresOn] = useState('')
  const [created, setCreated] = useState<NewApiKeyView | null>(null)
  const id = useId()
  const t = messages.keysPage
  const create = async (): Promise<void> => {
    setCreated(
      await client.call<NewApiKeyView>('POST', '/v1/keys', {
        body: { name, scopes: [scope], ...(expiresOn === '' ? {} : { expiresAt: new Date(`${expiresOn}T23:59:59`).toISOString() }) },
      }),
    )
    await onCreated()
  }
  if (created !== null) return <ShownOnce title={t.create} hint={t.once} secret={created.key} copy={t.copy} onClose={onClose} />
  return (
    <FormDialog title={t.create} submit={t.create} onClose={onClose} onSubmit={create}>
      {() => (
        <>
          <div className="field">
            <label htmlFor={`${id}-name`}>{t.name}</label>
            <input id={`${id}-name`} className="input" autoFocus required value={name} onChange={(event) => setName(event.target.value)} />
          </div>
          <div className="field">
            <label htmlFor={`${id}-scope`}>{t.scopes}</label>
            <select
              id={`${id}-scope`}
              className="input"
              value={scope}
              onChange={(event) => setScope(SCOPES.find((one) => one === event.target.value) ?? 'read')}
            >
              {SCOPES.map((one) => (
                <option key={one} value={one}>
                  {t.scopeNames[one]}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor={`${id}-expires`}>{t.validUntil}</label>
            <input
              id={`${id}-expires`}
              type="date"
              className="input"
              min={new Date().toLocaleDateString('sv')}
              value={expiresOn}
              onChange={(event) => setExpiresOn(event.target.value)}
            />
            <p className="hint">{t.validUntilHint}</p>
          </div>
        </>
      )}
    </FormDialog>
  )
}
