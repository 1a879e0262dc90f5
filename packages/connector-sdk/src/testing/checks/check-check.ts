import type { Reason } from '@inlet/domain'
import type { FailureCase } from '../acceptance-fixture.js'
import { withSession } from '../drive/session.js'
import { within } from '../drive/within.js'
import { must, mustFail, needed } from '../violation.js'
import type { Check, Subject } from './subject.js'

const CHECK_MS = 10_000
const REASONS_OF = {
  unreachable: ['UNREACHABLE', 'DNS_FAILED', 'TIMEOUT'],
  auth: ['AUTH_FAILED'],
  permission: ['PERMISSION_DENIED'],
} as const satisfies Record<string, readonly Reason[]>

/** Check 2: good settings pass; each kind of failure has its own reason; all within 10 s. */
export const checkCheck: Check = async (subject) => {
  const failures = needed(subject.fixture.failures, 'failures')
  await within(CHECK_MS, runCheck(subject, {}), 'check() of good settings')
  for (const kind of ['unreachable', 'auth', 'permission'] as const) {
    const failure = failures[kind]
    if (typeof failure === 'string') must(failure.trim() !== '', `${kind} is left out without a reason`)
    else
      await within(
        CHECK_MS,
        mustFail(() => runCheck(subject, failure), failure.expectReason ?? REASONS_OF[kind], `check() with ${kind}`),
        `check() with ${kind}`,
      )
  }
}

const runCheck = (subject: Subject, variant: FailureCase): Promise<unknown> =>
  withSession(subject, { variant }, ({ connection }) => subject.connector.check(connection, new AbortController().signal))
