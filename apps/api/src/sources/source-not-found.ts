import { Failure } from '@inlet/domain'

export const sourceNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such source')
