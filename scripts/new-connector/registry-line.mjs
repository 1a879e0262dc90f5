/** The registry with one connector more: its import and its place in the list, both in order. */
export const addToRegistry = (text, { name, variable }) => {
  const list = /(connectors: readonly Connector\[\] = \[)([\s\S]*?)(\]\n)/u
  const [, , inside = ''] = list.exec(text) ?? []
  const present = inside
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  if (present.length === 0) throw new Error('packages/connectors/src/registry.ts no longer has a list of connectors')
  const imports = text.match(/^import \w+ from '\.\/[\w-]+\/index\.js'\n/gmu) ?? []
  const sorted = [...imports, `import ${variable} from './${name}/index.js'\n`].sort((a, b) => folderOf(a).localeCompare(folderOf(b)))
  const at = text.indexOf(imports[0])
  const without = imports.reduce((rest, line) => rest.replace(line, ''), text)
  return (without.slice(0, at) + sorted.join('') + without.slice(at)).replace(
    list,
    (_all, head, _inside, tail) =>
      `${head}\n${[...present, variable]
        .sort((a, b) => a.localeCompare(b))
        .map((one) => `  ${one},\n`)
        .join('')}${tail}`,
  )
}

const folderOf = (line) => /'\.\/([\w-]+)\//u.exec(line)?.[1] ?? ''
