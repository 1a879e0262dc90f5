/** The forms of a connector's name, or null for what cannot be one. @param {string} name kebab-case */
export const namesOf = (name) => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/u.test(name) || name.length > 50) return null
  const words = name.split('-')
  return {
    name,
    type: words.join('_'),
    title: words.map((word) => word[0].toUpperCase() + word.slice(1)).join(' '),
    variable: words.map((word, n) => (n === 0 ? word : word[0].toUpperCase() + word.slice(1))).join(''),
  }
}
