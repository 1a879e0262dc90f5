export const TARGET_KINDS = ['webhook', 'slack', 'teams', 'pagerduty', 'email'] as const
/**
 * A kind of notification target: a receiver of signed JSON, a Slack or Microsoft Teams channel, PagerDuty's Events v2 and compatible services, a mail
 * server.
 */
export type TargetKind = (typeof TARGET_KINDS)[number]

interface TargetRule {
  /**
   * What its secret is: `signing`: signs messages, generated unless given; `routing`: identifies the receiver; `password`: the mail server's, if it
   * needs one.
   */
  readonly secret: 'signing' | 'none' | 'routing' | 'password'
  /** The default address. */
  readonly url: string | null
  /** Whether several incidents may be reported in one message; not if each opens and closes its own alert. */
  readonly sumsUp: boolean
}

export const TARGET_RULES: Readonly<Record<TargetKind, TargetRule>> = {
  webhook: { secret: 'signing', url: null, sumsUp: true },
  slack: { secret: 'none', url: null, sumsUp: true },
  teams: { secret: 'none', url: null, sumsUp: true },
  pagerduty: { secret: 'routing', url: 'https://events.pagerduty.com/v2/enqueue', sumsUp: false },
  email: { secret: 'password', url: null, sumsUp: true },
}
