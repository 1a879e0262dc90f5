export interface EnvProblem {
  readonly key: string
  /** The rule that is broken, without the value. */
  readonly rule: string
  /** What the key is for; absent for keys that do not exist. */
  readonly description?: string
}

const line = (problem: EnvProblem): string => `  ${problem.key}: ${problem.rule}${problem.description ? ` (${problem.description})` : ''}`

/** Reports every environment key that cannot be used, all at once. Neither the message nor the problems contain a value. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  readonly problems: readonly EnvProblem[]

  constructor(problems: readonly EnvProblem[]) {
    const what = problems.length === 1 ? '1 setting cannot be used' : `${problems.length} settings cannot be used`
    super(`${what}:\n${problems.map(line).join('\n')}`)
    this.problems = problems
  }
}
