import { toStorable } from '../html/cut-text.js'

/** Text of a sheet without the escapes of characters that XML cannot hold: `_x000D_`, and `_x005F_` for the line itself (ECMA-376 part 1, 22.9.2.19). */
export const unescapeXstring = (text: string): string =>
  text.includes('_x')
    ? toStorable(text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))))
    : text
