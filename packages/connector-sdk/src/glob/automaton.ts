/** A piece of a pattern. Text is matched code point by code point. */
export type Piece =
  | { readonly kind: 'char'; readonly char: string }
  /** One character that passes the test; `repeated`: any number of them. The second argument says whether a path segment begins here. */
  | { readonly kind: 'test'; readonly test: (char: string, begins: boolean) => boolean; readonly repeated: boolean }
  | { readonly kind: 'either'; readonly branches: readonly (readonly Piece[])[] }

type Step =
  | { readonly op: 'test'; readonly test: (char: string, begins: boolean) => boolean }
  /** Continues at all of these steps at once. */
  | { readonly op: 'fork'; readonly to: readonly number[] }
  | { readonly op: 'end' }

/**
 * Returns a matcher for whole texts. It follows all paths through the pattern at once (Thompson, 1968), so that a match costs at most the
 * length of the pattern times that of the text, whatever they contain; it never backtracks.
 */
export const createAutomaton = (pieces: readonly Piece[]): ((text: string) => boolean) => {
  const steps = compile(pieces)
  /** The round in which each step was last reached: an array lookup instead of a set. */
  const reached = new Uint32Array(steps.length)
  let round = 0

  const enter = (at: number, found: number[]): void => {
    const open = [at]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (reached[next] === round) continue
      reached[next] = round
      const step = steps[next]
      if (step?.op === 'fork') open.push(...step.to)
      else found.push(next)
    }
  }
  const nextRound = (): void => {
    round += 1
    if (round <= MAX_ROUND) return
    reached.fill(0)
    round = 1
  }

  return (text) => {
    nextRound()
    let here: number[] = []
    enter(0, here)
    let begins = true
    for (const char of text) {
      const next: number[] = []
      nextRound()
      for (const at of here) {
        const step = steps[at]
        if (step?.op === 'test' && step.test(char, begins)) enter(at + 1, next)
      }
      if (next.length === 0) return false
      here = next
      begins = char === '/'
    }
    return here.some((at) => steps[at]?.op === 'end')
  }
}

const MAX_ROUND = 0xffff_fff0

const compile = (pieces: readonly Piece[]): readonly Step[] => {
  const steps: Step[] = []
  const emit = (piece: Piece): void => {
    if (piece.kind === 'either') return emitEither(piece.branches)
    const test = piece.kind === 'char' ? (char: string): boolean => char === piece.char : piece.test
    if (piece.kind === 'char' || !piece.repeated) {
      steps.push({ op: 'test', test })
      return
    }
    const start = steps.length
    steps.push({ op: 'fork', to: [start + 1, start + 3] }, { op: 'test', test }, { op: 'fork', to: [start] })
  }
  const emitEither = (branches: readonly (readonly Piece[])[]): void => {
    const fork = steps.length
    steps.push({ op: 'fork', to: [] })
    const starts: number[] = []
    const exits: number[] = []
    for (const branch of branches) {
      starts.push(steps.length)
      for (const piece of branch) emit(piece)
      exits.push(steps.length)
      steps.push({ op: 'fork', to: [] })
    }
    steps[fork] = { op: 'fork', to: starts }
    for (const exit of exits) steps[exit] = { op: 'fork', to: [steps.length] }
  }
  for (const piece of pieces) emit(piece)
  steps.push({ op: 'end' })
  return steps
}
