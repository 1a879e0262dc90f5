import { absoluteLinks, type Summary } from '../summarize.js'

const MAX_LINES = 40
const MAX_LINE = 1_000

/** Returns the body for a Microsoft Teams workflow that posts what a webhook receives: one adaptive card. Pure. */
export const toTeams = (summary: Summary): object => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        body: [
          {
            type: 'TextBlock',
            size: 'medium',
            weight: 'bolder',
            wrap: true,
            color: summary.isGood ? 'good' : 'attention',
            text: plain(summary.title),
          },
          ...summary.lines.slice(0, MAX_LINES).map((line) => ({ type: 'TextBlock', wrap: true, text: plain(line.slice(0, MAX_LINE)) })),
        ],
        actions: absoluteLinks(summary).map(([title, url]) => ({ type: 'Action.OpenUrl', title, url })),
      },
    },
  ],
})

/** Escapes text, since text blocks support some Markdown. */
const plain = (text: string): string => text.replaceAll(/[\\[\]*_]/g, String.raw`\$&`)
