import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Variant } from '../acceptance-fixture.js'
import { readEverything } from '../drive/read-everything.js'
import { withSession } from '../drive/session.js'
import { canariesOf, findCanary, visibleText } from '../probes/canaries.js'
import { filesBelow } from '../probes/folder-files.js'
import { fieldsOf } from '../probes/schema-fields.js'
import { must } from '../violation.js'
import type { Check, Subject, Witness } from './subject.js'

/** Check 12: in successful runs and in all failures of the fixture, no secret shows in anything the connector emits. */
export const checkCanary: Check = async ({ connector, fixture }) => {
  const variants: readonly Variant[] = [{}, ...failureVariants({ connector, fixture }), ...(fixture.hostile ?? [])]
  const canaries = canariesOf([fixture.secrets, ...variants.map((variant) => variant.secrets)])
  if (canaries.length === 0) {
    must(fieldsOf(connector.secretSchema, 'secrets').length === 0, 'the fixture sets no secret of at least 6 characters; the check proves nothing')
    return
  }
  const clean = (text: string, where: string): void => must(findCanary(text, canaries) === undefined, `a secret shows in ${where}`)
  const witness: Witness = {
    page: (page) => clean(visibleText(page), 'a page'),
    failure: (thrown) => clean(visibleText(thrown), 'an error'),
    async closing(context) {
      for (const line of context.logLines) clean(visibleText(line), `a ${line.level} line of the log`)
      for (const file of await filesBelow(context.workDir))
        clean(await readFile(file, 'latin1'), `the file ${path.basename(file)} of the work folder`)
    },
  }
  for (const variant of variants) await exercise({ connector, fixture, witness }, variant, variants[0] === variant)
}

/** Runs check and read. A deviating variant may fail in any way; the witness inspects how. */
const exercise = async (subject: Subject, variant: Variant, mustSucceed: boolean): Promise<void> => {
  const tolerate = (thrown: unknown): void => {
    if (mustSucceed || isViolation(thrown)) throw thrown
  }
  await withSession(subject, { variant }, ({ connection }) => subject.connector.check(connection, new AbortController().signal)).catch(tolerate)
  await readEverything(subject, { variant }).catch(tolerate)
}

const isViolation = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'Violation'

const failureVariants = ({ fixture }: Subject): readonly Variant[] =>
  Object.values(fixture.failures ?? {}).filter((failure): failure is Variant => typeof failure !== 'string')
