/** Trims names; an empty one becomes column_3, a repeated one gets a number. */
export const distinctNames = (header: readonly string[]): readonly string[] => {
  const used = new Set<string>()
  return header.map((given, index) => {
    const wanted = given.trim() === '' ? `column_${index + 1}` : given.trim()
    let name = wanted
    for (let n = 2; used.has(name); n++) name = `${wanted}_${n}`
    used.add(name)
    return name
  })
}
