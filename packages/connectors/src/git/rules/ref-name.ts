const FORBIDDEN = /[ ~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$/
const MAX_LENGTH = 250

/** Whether git accepts the text as the name of a branch or tag, by the rules of git-check-ref-format(1) with --branch, so that it can be no option. Pure. */
export const isRefName = (name: string): boolean =>
  name !== '' &&
  name.length <= MAX_LENGTH &&
  name !== '@' &&
  name !== 'HEAD' &&
  !name.startsWith('-') &&
  !FORBIDDEN.test(name) &&
  !hasControlCharacter(name) &&
  name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))

/** Whether the text holds an ASCII control character. Pure. */
export const hasControlCharacter = (text: string): boolean => Array.from(text).some((character) => character < ' ' || character === '\x7f')
