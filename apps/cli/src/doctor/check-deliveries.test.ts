import { expect, it } from 'vitest'
import { classifyGenerations, classifySinks } from './check-deliveries.js'

it('names sinks whose receivers do not accept changes, and reports nothing without sinks', () => {
  expect(classifySinks([])).toEqual([])
  expect(classifySinks([{ name: 'a', status: 'current' }])).toMatchObject([{ status: 'ok' }])
  expect(
    classifySinks([
      { name: 'a', status: 'paused' },
      { name: 'b', status: 'failing' },
      { name: 'c', status: 'refused' },
    ]),
  ).toMatchObject([{ status: 'warn', message: '2 of 3 get no changes: b (failing), c (refused)' }])
})

it('repeats what keeps vectors from being made', () => {
  expect(classifyGenerations([])).toEqual([])
  expect(classifyGenerations([{ model: 'small', problem: null }])).toMatchObject([{ status: 'ok' }])
  expect(classifyGenerations([{ model: 'small', problem: 'it answers 500' }])).toMatchObject([{ status: 'warn', message: 'small: it answers 500' }])
})
