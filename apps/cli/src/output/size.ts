const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `512 B`, `1.5 MiB`, `24 GiB`. */
export const toSize = (bytes: number): string => {
  let unit = 0
  let value = bytes
  for (; value >= 1_024 && unit < UNITS.length - 1; unit += 1) value /= 1_024
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}
