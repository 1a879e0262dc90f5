import { describe, expect, it } from 'vitest'
import { explainBody } from './explain-body.js'

describe('explainBody', () => {
  it.each([
    ['{"message":"Your IP 192.0.2.7 is not on the list"}', 'Your IP 192.0.2.7 is not on the list'],
    ['{"error":{"code":"E7","message":"The quota of the project is used up"}}', 'The quota of the project is used up'],
    ['{"error":"invalid_grant","error_description":"Token has expired"}', 'Token has expired'],
    ['{"errors":[{"detail":"name is required"},{"detail":"age must be a number"}]}', 'name is required; age must be a number'],
    ['{"type":"about:blank","title":"Forbidden","detail":"The plan has no API"}', 'The plan has no API'],
    ['{"Error":"maintenance until 6:00"}', 'maintenance until 6:00'],
    ['"gone fishing"', 'gone fishing'],
    ['{"ok":false,"data":[1,2]}', ''],
    ['{"message":', ''],
    ['<html><head><title>502 Bad Gateway</title></head>', '502 Bad Gateway'],
    ['<!doctype html><title lang="en"> Sign in &ndash; Acme &amp; Sons </title>', 'Sign in – Acme & Sons'],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>', 'Access Denied'],
    ['no_service', 'no_service'],
    ['Blocked by policy 12\n\ntrace: at a.b.c', 'Blocked by policy 12'],
    ['  \n', ''],
  ])('of %s is %s', (body, said) => {
    expect(explainBody(body)).toBe(said)
  })
  it('is one short line without control characters', () => {
    expect(explainBody(JSON.stringify({ message: `a\nb\u001b[31m\u202ec${'d'.repeat(1000)}` }))).toMatch(
      /^a b \[31m c d{200,}…$|^a b \[31m cd{200,}…$/,
    )
    expect(explainBody('x'.repeat(5000))).toHaveLength(240)
  })
})
