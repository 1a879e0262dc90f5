import type { EgressTarget } from '../../connector.js'
import type { TestContext } from '../context/test-context.js'
import { readEverything } from '../drive/read-everything.js'
import { withSession } from '../drive/session.js'
import { watchSockets } from '../probes/socket-watch.js'
import { must, mustFail } from '../violation.js'
import type { Check, Subject } from './subject.js'

/** Check 13: every connection goes to an address that the guard returned, of a host that the connector declares; a refused one is not reached. */
export const checkEgress: Check = async ({ connector, fixture }) => {
  const contexts: TestContext[] = []
  const subject: Subject = { connector, fixture, witness: { closing: (context) => void contexts.push(context) } }
  const sockets = watchSockets()
  try {
    await withSession(subject, {}, ({ connection }) => connector.check(connection, new AbortController().signal))
    await readEverything(subject)
  } finally {
    sockets.stop()
  }
  const declared = new Set([...contexts.flatMap((context) => connector.egress?.(context.config) ?? []).map(authority), ...(fixture.reaches ?? [])])
  const checked = new Set<string>()
  for (const address of contexts.flatMap((context) => context.reached)) {
    checked.add(`${address.address}:${address.port}`)
    must(declared.has(`${address.host}:${address.port}`), `${address.host}:${address.port} was reached, but egress() does not declare it`)
  }
  const ownedByFixture = new Set(fixture.opensItself ?? [])
  for (const opened of sockets.opened)
    must(checked.has(opened) || ownedByFixture.has(opened), `a connection to ${opened} did not pass the egress guard`)
  await refuses({ connector, fixture }, contexts)
}

const authority = (target: EgressTarget): string => {
  if ('host' in target) return `${target.host}:${target.port}`
  const url = new URL(target.url)
  return `${url.hostname.replaceAll(/^\[|\]$/g, '')}:${url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : url.port}`
}

/** The same settings on an installation that allows no private address, unless the fixture names better ones. */
const refuses = async (subject: Subject, contexts: readonly TestContext[]): Promise<void> => {
  const { fixture, connector } = subject
  const blocked = fixture.blocked ?? (fixture.allow === undefined || fixture.allow.length === 0 ? undefined : { allow: [] })
  if (blocked === undefined) {
    must(connector.egress === undefined && contexts.every((context) => context.reached.length === 0), 'the fixture names no blocked variant')
    return
  }
  if (typeof blocked === 'string') return must(blocked.trim() !== '', 'blocked is left out without a reason')
  const reasons = ['EGRESS_BLOCKED', 'URL_BLOCKED_ADDRESS', 'URL_PORT_NOT_ALLOWED'] as const
  const check = (): Promise<unknown> =>
    withSession(subject, { variant: blocked }, ({ connection }) => connector.check(connection, new AbortController().signal))
  const sockets = watchSockets()
  try {
    await mustFail(check, reasons, 'check() of a blocked address')
    await mustFail(() => readEverything(subject, { variant: blocked }), reasons, 'read() of a blocked address')
  } finally {
    sockets.stop()
  }
  const ownedByFixture = new Set(fixture.opensItself ?? [])
  const leaked = [...sockets.opened].filter((opened) => !ownedByFixture.has(opened))
  must(leaked.length === 0, `a blocked address was refused, but ${leaked.join(', ')} was connected to`)
}
