import { absoluteLinks, type Summary } from '../summarize.js'

/** Slack itself would cut longer texts, even in the middle of a link. */
const MAX_TEXT = 3_500

/** Returns the body for a Slack incoming webhook. Pure. */
export const toSlack = (summary: Summary): object => {
  const links = absoluteLinks(summary).map(([name, url]) => `<${url}|${name}>`)
  const text = [`${summary.isGood ? ':white_check_mark:' : ':rotating_light:'} *${plain(summary.title)}*`, ...summary.lines.map(plain)].join('\n')
  return { text: [text.slice(0, MAX_TEXT), ...(links.length === 0 ? [] : [links.join(' · ')])].join('\n') }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Escapes text so that no part of it is read as a link or a mention; https://docs.slack.dev/messaging/formatting-message-text. */
const plain = (text: string): string => text.replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? character)
