import type { CredentialView } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { shownName } from '../../ui/shown-name.js'
import { Time } from '../../ui/time.js'
import { CredentialDialog } from './credential-dialog.js'
import { Listed } from './listed.js'

/** Shared secrets: which there are and who uses them; their values are never shown. */
export const CredentialsPage = () => {
  const t = messages.credentials
  const session = useSession()
  const queries = useQueryClient()
  const [editing, setEditing] = useState<CredentialView | 'new' | null>(null)
  const [deleting, setDeleting] = useState<CredentialView | null>(null)
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['credentials'] })
  const remove = async (credential: CredentialView): Promise<void> => {
    await client.call('DELETE', `/v1/credentials/${credential.id}`)
    await refresh()
  }
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/credentials', cli: 'inlet credentials' }}
      actions={
        session.can('createCredential') ? (
          <button type="button" className="button primary" onClick={() => setEditing('new')}>
            {t.add}
          </button>
        ) : undefined
      }
    >
      <Listed<CredentialView>
        queryKey={['credentials']}
        path="/v1/credentials"
        none={t.none}
        noneHint={t.noneHint}
        head={[t.name, t.connector, t.secrets, t.targets, t.usedBy, t.updated, '']}
        row={(credential) => [
          <strong key="n">
            <Name of={credential.name} />
          </strong>,
          credential.connector,
          Object.keys(credential.secrets).join(', '),
          <span key="a" className="text">
            {credential.targets.join(', ')}
          </span>,
          formatNumber(credential.usedBy),
          <Time key="t" at={credential.updatedAt} />,
          <span key="b" className="row wrap">
            {session.can('updateCredential') && (
              <button type="button" className="button small" onClick={() => setEditing(credential)}>
                {t.change}
              </button>
            )}
            {session.can('deleteCredential') && credential.usedBy === 0 && (
              <button type="button" className="button small quiet danger" onClick={() => setDeleting(credential)}>
                {t.remove}
              </button>
            )}
          </span>,
        ]}
        keyOf={({ id }) => id}
      />
      {editing !== null && <CredentialDialog credential={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onSaved={refresh} />}
      {deleting !== null && (
        <ConfirmDialog
          title={t.removeTitle(shownName(deleting.name))}
          text={t.removeHint}
          submit={t.remove}
          onClose={() => setDeleting(null)}
          onConfirm={() => remove(deleting)}
        />
      )}
    </Page>
  )
}
