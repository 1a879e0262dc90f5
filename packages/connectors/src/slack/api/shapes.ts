import { z } from 'zod'

/** The parts of Slack's responses that are used; everything else is ignored. */
const text = z.string().nullish()
const paging = { response_metadata: z.looseObject({ next_cursor: text }).nullish() }

export const channelShape = z.looseObject({
  id: z.string().min(1).max(40),
  name: text,
  user: text,
  is_private: z.boolean().nullish(),
  is_archived: z.boolean().nullish(),
  is_im: z.boolean().nullish(),
  is_mpim: z.boolean().nullish(),
  is_member: z.boolean().nullish(),
  created: z.number().nullish(),
  creator: text,
  topic: z.looseObject({ value: text }).nullish(),
  purpose: z.looseObject({ value: text }).nullish(),
})
export type SlackChannel = z.infer<typeof channelShape>

export const userShape = z.looseObject({
  id: z.string().min(1).max(40),
  name: text,
  real_name: text,
  deleted: z.boolean().nullish(),
  is_bot: z.boolean().nullish(),
  is_admin: z.boolean().nullish(),
  tz: text,
  profile: z.looseObject({ display_name: text, real_name: text, title: text, email: text }).nullish(),
})
export type SlackUser = z.infer<typeof userShape>

export const messageShape = z.looseObject({
  ts: z.string().regex(/^\d{1,12}\.\d{1,6}$/),
  subtype: text,
  user: text,
  bot_id: text,
  username: text,
  bot_profile: z.looseObject({ name: text }).nullish(),
  text,
  thread_ts: text,
  reply_count: z.number().nullish(),
  latest_reply: text,
  edited: z.looseObject({ user: text, ts: text }).nullish(),
  reactions: z.array(z.looseObject({ name: z.string(), count: z.number().nullish(), users: z.array(z.string()).nullish() })).nullish(),
  files: z.array(z.looseObject({ id: text, name: text, title: text, mimetype: text, size: z.number().nullish() })).nullish(),
  attachments: z.array(z.looseObject({ title: text, text: text, fallback: text })).nullish(),
})
export type SlackMessage = z.infer<typeof messageShape>

export const listShape = z.looseObject({ channels: z.array(channelShape), ...paging })
export const usersShape = z.looseObject({ members: z.array(userShape), ...paging })
export const messagesShape = z.looseObject({ messages: z.array(messageShape), has_more: z.boolean().nullish(), ...paging })
export type MessagesPage = z.infer<typeof messagesShape>
export const authShape = z.looseObject({ url: z.string(), team: text, team_id: text, user_id: text })
