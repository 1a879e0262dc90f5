import { describe, it } from 'vitest'
import type { Connection, Connector } from '../connector.js'
import type { AcceptanceFixture } from './acceptance-fixture.js'
import { CHECKS, type CheckName } from './check-names.js'
import { CHECK_FUNCTIONS } from './checks/check-functions.js'

export interface AcceptanceOptions {
  /** Opens a real counterpart with data; called once per check, which closes it. */
  readonly fixture: () => Promise<AcceptanceFixture>
  /** Checks that cannot apply, each with the reason, which the report shows. */
  readonly skip?: Partial<Record<CheckName, string>>
  /** Milliseconds for one check; default 120,000. */
  readonly timeoutMs?: number
}

/** Declares the acceptance suite of a connector: sixteen tests, none of which passes without having proved something. */
export const describeConnector = <Config, Secrets, C extends Connection>(
  connector: Connector<Config, Secrets, C>,
  options: AcceptanceOptions,
): void => {
  describe(`acceptance of ${connector.type}`, () => {
    for (const [index, name] of (Object.keys(CHECKS) as CheckName[]).entries()) {
      const reason = options.skip?.[name]
      if (reason?.trim() === '') throw new Error(`${name} is skipped without a reason`)
      const title = `${index + 1} ${name}: ${CHECKS[name]}${reason === undefined ? '' : ` [skipped: ${reason}]`}`
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- checks assert by throwing; the title names check and reason
      it(title, { timeout: options.timeoutMs ?? 600_000, skip: reason !== undefined }, () => runCheck(connector, name, options.fixture))
    }
  })
}

const runCheck = async <Config, Secrets, C extends Connection>(
  connector: Connector<Config, Secrets, C>,
  name: CheckName,
  open: () => Promise<AcceptanceFixture>,
): Promise<void> => {
  const fixture = await open()
  try {
    await CHECK_FUNCTIONS[name]({ connector, fixture })
  } finally {
    await fixture.close()
  }
}
