/** A number kept as its decimal digits, for values that a JavaScript number would round, such as Postgres `numeric`. */
export class JsonNumber {
  readonly text: string
  /** @param text digits in JSON number syntax, e.g. `12345678901234567890.10`. Throws RangeError otherwise. */
  constructor(text: string) {
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new RangeError('not a JSON number')
    this.text = text
  }
  toString(): string {
    return this.text
  }
}
