import { Composer, type CST, type Document, Lexer, type LineCounter, Parser, parse } from 'yaml'

/** Far deeper than people write. The library recurses, and a stack overflow may end the process. */
const MAX_LEVELS = 200

/** Something in the text is nested more deeply than {@link MAX_LEVELS}. */
export class NestedTooDeeply extends Error {
  override readonly name = 'NestedTooDeeply'
  /** Offset in the text, in characters. */
  readonly offset: number
  constructor(offset: number) {
    super('this is nested too deeply')
    this.offset = offset
  }
}

/** Parses the documents of a YAML text; their `errors` say what is wrong with them. Throws {@link NestedTooDeeply}. */
export const parseYaml = (text: string, lines?: LineCounter): readonly Document.Parsed[] => [
  ...new Composer({ merge: true, prettyErrors: false, ...(lines === undefined ? {} : { lineCounter: lines }) }).compose(readTokens(text, lines)),
]

/** Parses a YAML text that holds one document. Throws {@link NestedTooDeeply}, and an error with line and column for everything else that is wrong. */
export const parseYamlValue = (text: string): unknown => {
  readTokens(text)
  return parse(text)
}

const readTokens = (text: string, lines?: LineCounter): readonly CST.Token[] => {
  lines?.addNewLine(0)
  const parser = new Parser(lines?.addNewLine)
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > MAX_LEVELS) throw new NestedTooDeeply(parser.offset)
  }
  return [...tokens, ...parser.end()]
}
