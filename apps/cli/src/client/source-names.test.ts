import { expect, it } from 'vitest'
import { createSourceNames } from '../commands/logs.js'
import { ApiProblem, ApiUnreachable } from './api-client.js'

it('asks once for each source, including ones that are gone, and again after a failure', async () => {
  const asked: string[] = []
  const answers: unknown[] = [{ slug: 'docs' }, new ApiProblem(404, { code: 'NOT_FOUND' }), new ApiUnreachable('away'), { slug: 'crm' }]
  const nameOf = createSourceNames({
    async call<T>(_method: string, path: string) {
      asked.push(path)
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer as T
    },
  })
  const names = []
  for (const id of ['a', 'a', 'b', 'b', 'c', 'c', 'c']) names.push(await nameOf(id))
  expect(names).toEqual(['docs', 'docs', null, null, null, 'crm', 'crm'])
  expect(asked).toEqual(['a', 'b', 'c', 'c'].map((id) => `/v1/sources/${id}`))
})
