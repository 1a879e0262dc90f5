import { describe, expect, it } from 'vitest'
import { hasMeaning, plainQuestion } from './plain-question.js'

describe('a question for a model', () => {
  it.each([
    ['how do retries work', 'how do retries work'],
    ['retries -kafka -"dead letter" +queue', 'retries queue'],
    ['"exactly once" delivery', 'exactly once delivery'],
    ['mysql OR mariadb', 'mysql mariadb'],
    ['state-of-the-art search', 'state-of-the-art search'],
  ])('%s is %s', (question, plain) => {
    expect(plainQuestion(question)).toBe(plain)
  })

  it.each([
    ['how do retries work', true],
    ['quarantine', false],
    ['ECONNREFUSED', false],
    ['src/main.ts', false],
    ['ada@example.org', false],
    ['-kafka', false],
    ['データベースの接続', true],
  ])('%s says enough: %s', (question, enough) => {
    expect(hasMeaning(question)).toBe(enough)
  })
})
