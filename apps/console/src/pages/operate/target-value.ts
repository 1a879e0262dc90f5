import type { NotificationTargetView } from '@inlet/contract'

export type TargetKind = NotificationTargetView['kind']
export const KINDS: readonly TargetKind[] = ['webhook', 'slack', 'teams', 'pagerduty', 'email']
export type Notified = NotificationTargetView['events'][number]
export const EVENTS: readonly Notified[] = ['error', 'stale', 'quarantine', 'content', 'recovery']

/** What is typed of a target. */
export interface TargetValue {
  readonly kind: TargetKind
  readonly name: string
  readonly url: string
  readonly secret: string
  readonly from: string
  readonly to: string
  readonly username: string
  readonly events: readonly Notified[]
  readonly isQuiet: boolean
  readonly quietFrom: string
  readonly quietTo: string
  readonly timeZone: string
  readonly groupMinutes: number
  readonly active: boolean
}

const NEW: TargetValue = {
  kind: 'webhook',
  name: '',
  url: '',
  secret: '',
  from: '',
  to: '',
  username: '',
  events: EVENTS,
  isQuiet: false,
  quietFrom: '22:00',
  quietTo: '07:00',
  timeZone: '',
  groupMinutes: 0,
  active: true,
}

/** A target as it can be edited; its address and secret never come back, so that those fields are empty. */
export const toTargetValue = (target: NotificationTargetView | null, timeZone: string): TargetValue =>
  target === null
    ? { ...NEW, timeZone }
    : {
        ...NEW,
        kind: target.kind,
        name: target.name,
        from: target.mail?.from ?? '',
        to: target.mail?.to.join(', ') ?? '',
        username: target.mail?.username ?? '',
        events: target.events,
        isQuiet: target.quietHours !== null,
        quietFrom: target.quietHours?.from ?? NEW.quietFrom,
        quietTo: target.quietHours?.to ?? NEW.quietTo,
        timeZone: target.quietHours?.timeZone ?? timeZone,
        groupMinutes: target.groupMinutes,
        active: target.active,
      }

/** The body that makes a target or changes it: what is left empty is not sent, and stays. */
export const toTargetBody = (value: TargetValue, isNew: boolean): object => ({
  name: value.name,
  ...(isNew ? { kind: value.kind } : {}),
  ...(value.url.trim() === '' ? {} : { url: value.url.trim() }),
  ...(value.secret === '' ? {} : { secret: value.secret }),
  ...(value.kind === 'email'
    ? { mail: { from: value.from.trim(), to: toAddresses(value.to), ...(value.username === '' ? {} : { username: value.username }) } }
    : {}),
  events: value.events,
  quietHours: value.isQuiet ? { from: value.quietFrom, to: value.quietTo, timeZone: value.timeZone } : null,
  groupMinutes: value.groupMinutes,
  active: value.active,
})

const toAddresses = (text: string): readonly string[] =>
  text
    .split(/[\s,;]+/u)
    .map((address) => address.trim())
    .filter(Boolean)
