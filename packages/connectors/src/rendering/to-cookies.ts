import type { RenderSettings } from '@inlet/connector-sdk'

/** The Cookie header as cookies of each origin: the browser sends no other ones. */
export const toCookies = ({
  origins,
  values,
}: RenderSettings['headers']): { readonly name: string; readonly value: string; readonly url: string }[] => {
  const pairs = (values['cookie'] ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at > 0 ? [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }] : []
  })
  return origins.flatMap((url) => pairs.map((pair) => ({ ...pair, url })))
}
