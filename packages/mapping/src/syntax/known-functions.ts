/** The functions of JSONata 2.2. */
export const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  `sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains replace split join
  formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power boolean not map zip filter single reduce sift keys lookup
  append exists spread merge reverse each error assert type sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent
  decodeUrl toMillis fromMillis`.split(/\s+/u),
)

const NOT_A_RULE = 'gives another result each time, so that no record would ever count as unchanged'

/** Functions of JSONata that a mapping may not use, and why. */
export const REFUSED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['eval', 'runs text as an expression, which cannot be checked'],
  ['now', `${NOT_A_RULE}; records carry fetchedAt`],
  ['millis', `${NOT_A_RULE}; records carry fetchedAt`],
  ['random', NOT_A_RULE],
  ['shuffle', NOT_A_RULE],
])
