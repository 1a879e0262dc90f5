import type { AuditEntryView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { messages } from '../../messages.js'
import { shownName } from '../../ui/shown-name.js'

type Target = Pick<AuditEntryView, 'targetType' | 'targetId' | 'targetName'>

const PAGES: Readonly<Record<string, string>> = {
  credential: '/credentials',
  key: '/settings',
  session: '/settings',
  sink: '/sinks',
  notification: '/notifications',
  generation: '/generations',
}

const KINDS: Readonly<Record<string, string>> = messages.audit.kinds

const kindOf = ({ targetType }: Target): string => KINDS[targetType] ?? targetType

/** What was changed, in words. */
export const targetText = (target: Target): string => {
  const kind = kindOf(target)
  if (target.targetName === null) return target.targetType === 'mcp-client' ? `${kind} ${target.targetId}` : kind
  const name = shownName(target.targetName)
  return target.targetType === 'run' || target.targetType === 'quarantined' ? messages.audit.of(kind, name) : `${kind} ${name}`
}

/** What was changed, with the way to it where there is one; the id when pointed at. */
export const AuditTarget = (target: Target) => (
  <bdi title={target.targetId}>
    <Way target={target}>{targetText(target)}</Way>
  </bdi>
)

const Way = ({ target: { targetType, targetId, targetName }, children }: { readonly target: Target; readonly children: ReactNode }) => {
  const page = PAGES[targetType]
  if (targetType === 'run')
    return (
      <Link to="/runs/$id" params={{ id: targetId }} className="link">
        {children}
      </Link>
    )
  if (targetType === 'bulk')
    return (
      <Link to="/bulk-operations" search={{ bulk: targetId }} className="link">
        {children}
      </Link>
    )
  if (targetName !== null && (targetType === 'source' || targetType === 'quarantined'))
    return (
      <Link
        to="/sources/$ref"
        params={{ ref: targetName }}
        search={targetType === 'source' ? {} : { tab: 'quarantine', item: targetId }}
        className="link"
      >
        {children}
      </Link>
    )
  return page === undefined ? (
    children
  ) : (
    <Link to={page} className="link">
      {children}
    </Link>
  )
}
