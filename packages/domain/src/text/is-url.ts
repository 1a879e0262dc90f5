/**
 * Whether `new URL(text, base)` succeeds. Not URL.canParse(): once it is compiled, Node 20 refuses with it what holds Latin-1
 * beyond ASCII, e.g. https://bücher.example/.
 */
export const isUrl = (text: string, base?: string | URL): boolean => {
  try {
    return new URL(text, base) instanceof URL
  } catch {
    return false
  }
}
