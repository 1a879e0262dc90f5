import type { z } from 'zod'
import { fieldsOf } from '../probes/schema-fields.js'
import { must } from '../violation.js'
import type { Check, Subject } from './subject.js'

/** Check 1: settings and secrets are strict and described; whatever looks like a secret lives in secretSchema. */
export const checkSchema: Check = (subject) => Promise.resolve().then(() => check(subject))

const check = ({ connector, fixture }: Subject): void => {
  must(/^[a-z][a-z0-9_]{0,39}$/.test(connector.type), `${connector.type} is not a lower-case identifier`)
  must(/^\d+\.\d+\.\d+$/.test(connector.version), `${connector.version} is not a semver`)
  must(connector.title.trim() !== '' && connector.description.trim() !== '', 'title or description is empty')
  const secretFields = fieldsOf(connector.secretSchema, 'secrets')
  const fields = fieldsOf(connector.configSchema, 'config')
  must(fields.length > 0, 'configSchema has no field')
  for (const field of [...fields, ...secretFields]) must(field.described, `${field.path} has no description`)
  for (const field of fields.filter((field) => looksSecret(field.name) && field.type !== 'boolean')) {
    const reason = fixture.notSecret?.[field.name]
    must(
      reason !== undefined && reason.trim() !== '',
      `${field.path} looks like a secret; move it to secretSchema or name it under notSecret with a reason`,
    )
  }
  mustBeStrict(connector.configSchema, fixture.config, 'config')
  mustBeStrict(connector.secretSchema, fixture.secrets ?? {}, 'secrets')
}

const mustBeStrict = (schema: z.ZodType, good: unknown, what: string): void => {
  const parsed = schema.safeParse(good)
  must(parsed.success, `the fixture's ${what} is refused: ${parsed.error?.message}`)
  const unknown = schema.safeParse({ ...(good as object), 'no-such-field': 1 })
  must(!unknown.success, `${what} lets an unknown key pass`)
}

const SECRET = /passw(or)?d|passphrase|secret|token|apikey|accesskey|accountkey|privatekey|signingkey|credential|connectionstring|bearer|sas$/

/** Whether the name of a field suggests that it holds a secret. */
const looksSecret = (name: string): boolean => SECRET.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
