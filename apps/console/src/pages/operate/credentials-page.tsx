import type { CredentialView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { Page } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { Listed } from './listed.js'

/** Shared secrets: which there are and who uses them; their values are never shown. */
export const CredentialsPage = () => {
  const t = messages.credentials
  return (
    <Page title={t.title} copy={{ path: '/v1/credentials' }}>
      <Listed<CredentialView>
        queryKey={['credentials']}
        path="/v1/credentials"
        none={t.none}
        noneHint={t.noneHint}
        head={[t.name, t.connector, t.secrets, t.targets, t.usedBy, t.updated]}
        row={(credential) => [
          <strong key="n">{credential.name}</strong>,
          credential.connector,
          Object.keys(credential.secrets).join(', '),
          credential.targets.join(', '),
          formatNumber(credential.usedBy),
          <Time key="t" at={credential.updatedAt} />,
        ]}
        keyOf={({ id }) => id}
      />
    </Page>
  )
}
