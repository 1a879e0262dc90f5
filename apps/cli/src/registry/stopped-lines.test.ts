import { expect, it } from 'vitest'
import { stoppedLines } from '../commands/apply.js'

it('says how to continue only for sources in error that an apply leaves unchanged', () => {
  const step = (slug: string, action: 'unchanged' | 'update' | 'create') => ({ slug, action, id: null, revision: null, changes: [], failure: null })
  const plan = { steps: [step('docs', 'unchanged'), step('feed', 'update'), step('crm', 'unchanged')] }
  expect(stoppedLines(plan, [{ slug: 'docs' }, { slug: 'feed' }, { slug: 'elsewhere' }])).toEqual([
    expect.stringMatching(/^! docs is unchanged and in error: `inlet why docs`.*`inlet sources resume docs`\.$/) as string,
  ])
})
