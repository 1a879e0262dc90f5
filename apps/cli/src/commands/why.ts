import type { WhyView } from '@inlet/contract'
import { toPairs, toRelative } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'
import { toCondition } from '../output/source-condition.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

/** `inlet why`: explains why a source is not running now, when that clears, or who must act. */
export const explainSource = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const why = await openApi(flags, context).call<WhyView>('GET', `/v1/sources/${encodeURIComponent(ref)}/why`)
  show(context, flags, why, () => whyLines(ref, why))
}

const WHO = { owner: 'the owner of the source', operator: 'the operator of the installation', nobody: null } as const

export const whyLines = (source: string, { status, state, blocker, checks, remarks, at }: WhyView): readonly string[] => [
  blocker.message,
  '',
  ...toPairs([
    ['code', blocker.reason === null || blocker.reason === blocker.code ? blocker.code : `${blocker.code} (${blocker.reason})`],
    ['who must act', WHO[blocker.who]],
    ['what to do', toNextStep(blocker.code, blocker.next, source)],
    ['clears', blocker.clearsAt === null ? null : toRelative(blocker.clearsAt, Date.parse(at))],
    ['status', toCondition({ status, state })],
    ['looked at', `${checks.length} things; the first that fails counts (all with --json)`],
  ]),
  ...remarks.flatMap(({ code, message, next }) => ['', message, `  ${toNextStep(code, next, source)}`]),
]
