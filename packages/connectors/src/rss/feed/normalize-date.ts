/** For each month, the beginnings of its names in languages that feeds use; lower case. */
const MONTHS: readonly (readonly [string, readonly string[]])[] = [
  ['Jan', ['januar', 'janv', 'ene', 'gen', 'jänner', 'jän', 'янв', 'січ', 'ιαν', 'sty', 'ocak', 'led']],
  ['Feb', ['februar', 'fév', 'fev', 'фев', 'лют', 'φεβ', 'lut', 'şub', 'úno']],
  ['Mar', ['mär', 'mrz', 'mars', 'maart', 'maa', 'мар', 'бер', 'μάρ', 'μαρ', 'már', 'bře', 'mrt']],
  ['Apr', ['avr', 'abr', 'апр', 'кві', 'απρ', 'ápr', 'kwi', 'nis', 'dub']],
  ['May', ['mai', 'mag', 'mei', 'maj', 'май', 'мая', 'тра', 'μάι', 'μαΐ', 'máj', 'kvě']],
  ['Jun', ['juin', 'giu', 'июн', 'чер', 'ιούν', 'ιουν', 'jún', 'cze', 'haz', 'červn', 'čvn']],
  ['Jul', ['juil', 'lug', 'июл', 'лип', 'ιούλ', 'ιουλ', 'júl', 'lip', 'tem', 'července', 'čvc']],
  ['Aug', ['août', 'aou', 'ago', 'авг', 'сер', 'αύγ', 'αυγ', 'sie', 'ağu', 'srp']],
  ['Sep', ['set', 'сен', 'вер', 'σεπ', 'szep', 'wrz', 'eyl', 'zář', 'septiembre']],
  ['Oct', ['okt', 'out', 'ott', 'окт', 'жов', 'οκτ', 'paź', 'eki', 'říj']],
  ['Nov', ['ноя', 'лис', 'νοέ', 'νοε', 'lis', 'kas']],
  ['Dec', ['dez', 'déc', 'dic', 'дек', 'гру', 'δεκ', 'gru', 'ara', 'pro']],
]
const ENGLISH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i

/**
 * Rewrites a date in the words and orders of other languages in those of RFC 822 and ISO 8601: month names, leading weekdays, 12-hour times,
 * `31.12.2003`, `2003/12/31`, `2004년 5월 28일`, days of the year, seconds since 1970. Leaves what it does not understand. Pure.
 */
export const normalizeDate = (text: string): string => {
  const ordered = text
    .replace(/^(\d{4})년\s?(\d{1,2})월\s?(\d{1,2})일/, (_all, y: string, m: string, d: string) => `${y}-${two(m)}-${two(d)}`)
    .replace(/(오전|오후)\s?(\d{1,2}:\d{1,2}(?::\d{1,2})?)/, (_all, half: string, time: string) => `${time} ${half === '오후' ? 'PM' : 'AM'}`)
    .replace(/^(\d{4})\/(\d{1,2})\/(\d{1,2})/, (_all, y: string, m: string, d: string) => `${y}-${two(m)}-${two(d)}`)
    .replace(/^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})/, (_all, d: string, m: string, y: string) => `${y}-${two(m)}-${two(d)}`)
    .replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, usOrEuropean)
    .replace(/^(\d{4})-(\p{L}{3,10})-(\d{1,2})(?:T(\d{1,2}:))?/u, (...found: readonly string[]) => hungarian(found))
    .replace(/^(\d{4})-?(\d{3})(?=$|T)/, (_all, y: string, day: string) => ofDay(Number(y), Number(day)))
    .replace(/^\d{9,10}$/, (seconds) => new Date(Number(seconds) * 1_000).toISOString())
  return toFullDay(inEnglish(ordered))
}

const two = (digits: string): string => digits.padStart(2, '0')

/** Only a number above twelve reveals the order; otherwise the text stays as it is. */
const usOrEuropean = (all: string, first: string, second: string, year: string): string => {
  if (Number(first) > 12) return `${year}-${two(second)}-${two(first)}`
  return Number(second) > 12 || first === second ? `${year}-${two(first)}-${two(second)}` : all
}

const hungarian = ([all = '', year, month, day, time]: readonly (string | undefined)[]): string => {
  const number = MONTHS.findIndex(([name]) => name === monthOf(month ?? '')) + 1
  return number === 0 ? all : `${year}-${two(String(number))}-${two(day ?? '')}${time === undefined ? '' : `T${two(time.slice(0, -1))}:`}`
}

const ofDay = (year: number, day: number): string => new Date(Date.UTC(year, 0, day)).toISOString().slice(0, 10)

const inEnglish = (text: string): string => {
  if (!/\p{L}/u.test(text) || /^\d{4}-/.test(text)) return text
  // A weekday adds nothing that the date does not say.
  const withoutDay = text.replace(/^\p{L}{2,12}\.?(?:,\s{0,3}|\s{1,3}(?=\d))/u, (word) =>
    monthOf(word.replace(/[.,\s]+$/, '')) === null ? '' : word,
  )
  return withoutDay.replace(/\p{L}{3,12}/u, (word) => monthOf(word) ?? word).replace(/(\p{L}{3})\.?\s+de\s+|\sde\s/gu, '$1 ')
}

const monthOf = (word: string): string | null => {
  const lower = word.toLowerCase()
  if (ENGLISH.test(lower) && !/^(?:mart|marz|mari)/.test(lower)) return lower.slice(0, 3).replace(/^./, (letter) => letter.toUpperCase())
  const found = MONTHS.flatMap(([name, starts]) => starts.filter((start) => lower.startsWith(start)).map((start) => ({ name, length: start.length })))
  return found.sort((a, b) => b.length - a.length)[0]?.name ?? null
}

/** `8:17 PM` is 20:17. */
const toFullDay = (text: string): string => {
  const found = /(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?\s?([ap])\.?m\b\.?/i.exec(text)
  if (found === null) return text
  const [all, hour, minute = '', second = '0', half] = found
  const hours = Number(hour)
  const is24 = hours > 12 || hours === 0
  const full = is24 ? hours : (hours % 12) + (half?.toLowerCase() === 'p' ? 12 : 0)
  return text.replace(all, `${two(String(full))}:${two(minute)}:${two(second)}`)
}
