export const TARGET_KINDS = ['webhook', 'slack', 'teams', 'pagerduty', 'email'] as const
/** What takes notifications: a receiver of signed JSON, a channel of Slack or Microsoft Teams, Events v2 of PagerDuty or the like, a mail server. */
export type TargetKind = (typeof TARGET_KINDS)[number]

interface TargetRule {
  /** What its secret is: `signing`: signs messages, made unless given; `routing`: names the receiver; `password`: of the mail server, if it wants one. */
  readonly secret: 'signing' | 'none' | 'routing' | 'password'
  /** Used unless another address is given. */
  readonly url: string | null
  /** Whether several incidents may be reported in one message; where each opens and closes an alert of its own, none may be summed up. */
  readonly sumsUp: boolean
}

export const TARGET_RULES: Readonly<Record<TargetKind, TargetRule>> = {
  webhook: { secret: 'signing', url: null, sumsUp: true },
  slack: { secret: 'none', url: null, sumsUp: true },
  teams: { secret: 'none', url: null, sumsUp: true },
  pagerduty: { secret: 'routing', url: 'https://events.pagerduty.com/v2/enqueue', sumsUp: false },
  email: { secret: 'password', url: null, sumsUp: true },
}
