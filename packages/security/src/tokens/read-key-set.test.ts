import { expect, it } from 'vitest'
import { isIssuer } from './read-key-set.js'

it.each([
  ['https://login.example.com', true],
  ['https://login.example.com/realms/one/', true],
  ['http://localhost:8080/realms/one', true],
  ['http://127.0.0.1:9000', true],
  ['http://[::1]:9000', true],
  ['http://login.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['https://user:password@login.example.com', false],
  ['https://login.example.com?tenant=1', false],
  ['https://login.example.com/#x', false],
  ['login.example.com', false],
])('%s: %s', (text, expected) => {
  expect(isIssuer(text)).toBe(expected)
})
