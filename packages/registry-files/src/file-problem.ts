/** A position in a file, for display: lines and columns count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something in a file that cannot be used. */
export interface FileProblem extends FilePlace {
  readonly message: string
}

/** Files that cannot be used, with every problem found. */
export class FilesInvalid extends Error {
  override readonly name = 'FilesInvalid'
  readonly problems: readonly FileProblem[]
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

/** `sources.yaml:12:7: message`, as editors and CI systems recognize it. */
export const formatProblem = ({ file, line, column, message }: FileProblem): string => `${file}:${line}:${column}: ${message}`
