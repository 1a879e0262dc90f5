import type { CheckResult, SourceDefinition, TestResult } from '@inlet/contract'
import { parseSourceFiles, readSourceFiles } from '@inlet/registry-files'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import { EXIT } from '../output/exit-codes.js'
import { printable, shorten, toTable } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

/** `inlet check`: checks whether the saved settings and secrets work. Returns the exit code. */
export const checkSource = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<number> => {
  const result = await openApi(flags, context).call<CheckResult>('POST', `/v1/sources/${encodeURIComponent(ref)}/check`, {})
  const { ok, failure, warnings, durationMs } = result
  show(context, flags, result, () =>
    failure === null
      ? [`ok (${durationMs} ms)`, ...warnings.map(({ code, message }) => `  ${code}: ${printable(message)}`)]
      : [`${failure.reason}: ${printable(failure.message)}`, `  ${printable(toNextStep(failure.reason, failure.next, ref))}`],
  )
  return ok ? EXIT.done : EXIT.failed
}

export interface TestFlags extends RemoteFlags {
  readonly file?: readonly string[]
  /** live, draft or a number. */
  readonly of: string
  readonly stream?: string
  readonly limit: number
}

/** `inlet test`: reads a few records with the real connector; stores nothing. With files: as they define the source. Returns the exit code. */
export const testSource = async (ref: string, flags: TestFlags, context: CommandContext): Promise<number> => {
  const api = openApi(flags, context)
  const much = { limit: flags.limit, ...(flags.stream === undefined ? {} : { stream: flags.stream }) }
  const definition = flags.file === undefined ? null : findDefinition(ref, await readSourceFiles(flags.file), context)
  const path = `/v1/sources/${encodeURIComponent(ref)}/test`
  const version = /^\d+$/u.test(flags.of) ? Number(flags.of) : flags.of
  const result =
    definition === null ? await api.call<TestResult>('POST', path, { ...much, version }) : await testDefinition(api, path, { definition, much })
  show(context, flags, result, () => resultLines(ref, result, context.terminal))
  return result.ok ? EXIT.done : EXIT.failed
}

const findDefinition = (slug: string, files: Awaited<ReturnType<typeof readSourceFiles>>, { env }: CommandContext): SourceDefinition => {
  const found = parseSourceFiles(files, env).find(({ definition }) => definition.slug === slug)
  if (found === undefined) throw new Error(`the files define no source ${slug}`)
  return found.definition
}

/** Tests a definition with the secrets of the file; without any, with the saved ones, if the source is registered. */
const testDefinition = async (
  api: ApiClient,
  path: string,
  what: { readonly definition: SourceDefinition; readonly much: object },
): Promise<TestResult> => {
  const { connector, config, mapping = null, secrets, credential } = what.definition
  const unsaved = {
    ...what.much,
    connector,
    config,
    mapping,
    ...(secrets === undefined ? {} : { secrets }),
    ...(credential === undefined ? {} : { credential }),
  }
  if (secrets !== undefined || credential !== undefined) return api.call<TestResult>('POST', '/v1/sources/test', unsaved)
  try {
    return await api.call<TestResult>('POST', path, { ...what.much, config, mapping })
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error
    return api.call<TestResult>('POST', '/v1/sources/test', unsaved)
  }
}

const skipped = ({ steps }: TestResult, index: number): string =>
  steps.slice(0, index).some(({ status }) => status === 'failed') ? 'not tried' : 'not needed'

const resultLines = (source: string, result: TestResult, terminal: Terminal): readonly string[] => {
  const marks = { passed: terminal.green('✔'), warning: terminal.yellow('!'), failed: terminal.red('✘'), skipped: terminal.dim('–') }
  const { records, rejected, warnings, metrics, capabilities } = result
  const shown = records.flatMap(({ raw, mapped }) =>
    mapped.length === 0 ? [[raw.stream, raw.key, '(dropped)']] : mapped.map((one) => [one.stream, one.key, one.title ?? one.text ?? '']),
  )
  return [
    ...result.steps.flatMap(({ name, status, code, message, next }, index) => [
      `${marks[status]} ${name.padEnd(10)}  ${printable(message ?? (status === 'skipped' ? skipped(result, index) : ''))}`.trimEnd(),
      ...(status === 'failed' || status === 'warning'
        ? [`  ${''.padEnd(10)}  ${printable(toNextStep(code ?? '', next ?? '', source))}`.trimEnd()]
        : []),
    ]),
    ...(capabilities === null
      ? []
      : capabilities.streams.map(
          ({ name, kind, incremental, deletes }) =>
            `stream ${printable(name)}: ${kind}, ${incremental ? 'incremental' : 'full refresh'}, deletes: ${deletes}`,
        )),
    ...(shown.length === 0
      ? []
      : [
          '',
          ...toTable(
            ['STREAM', 'KEY', 'TITLE'],
            shown.map((row) => row.map((cell) => shorten(cell, 60))),
          ),
        ]),
    ...rejected.map(({ stream, key, reason, message }) => printable(`rejected ${stream} ${key ?? ''}: ${reason}: ${message}`)),
    ...warnings.map(({ code, stream, message }) => printable(`warning ${stream}: ${code}: ${message}`)),
    '',
    `${metrics.records} records, ${metrics.requests} requests, ${metrics.durationMs} ms; nothing was stored.`,
  ]
}
