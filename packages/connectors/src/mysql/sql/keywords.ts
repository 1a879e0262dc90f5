const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Reserved words that a reading SELECT has no use for. Unquoted they cannot be names, so that no column is refused by
 * mistake. `insert` and `replace` are functions too, `set` belongs to CHARACTER SET.
 */
export const WRITING_WORDS = words(`into insert replace update delete load call alter create drop rename grant revoke lock unlock set kill purge
  explain describe analyze optimize release signal resignal leave iterate loop repeat while trigger procedure`)

/** Reserved words that a parenthesis may follow without being a function. */
export const PAREN_WORDS = words(`select from where having on using in exists and or xor not between like rlike regexp is div mod when then else case
  union except intersect all any some distinct distinctrow by join inner cross left right straight_join lateral values row over partition interval
  limit return returning as binary char character varchar varbinary decimal numeric dec float double real int integer bigint smallint tinyint mediumint
  index key fulltext collate escape within unsigned signed datetime`)
