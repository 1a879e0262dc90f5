import type { Command } from 'commander'
import type { Resource } from '../resources/resource.js'
import { getResource, listResource } from '../resources/show-resource.js'
import { type Act, examples, remote, repeated, watchable, wholeNumber } from './options.js'

/** Adds `inlet <noun>`, `inlet <noun> list` and, if there is one, `inlet <noun> get`. Returns the noun, for further subcommands. */
export const addResource = <T>(program: Command, act: Act, resource: Resource<T>): Command => {
  const noun = program.command(resource.noun).description(resource.about)
  addList(noun.command('list', { isDefault: true }), act, resource)
  if (resource.get === undefined) return noun
  const { about, argument, text, examples: lines } = resource.get
  const get = watchable(remote(noun.command('get').description(about)))
  if (resource.parent !== undefined) get.argument(resource.parent.argument, resource.parent.text)
  get.argument(argument, text)
  const isBelow = resource.parent !== undefined
  examples(get.action(act(async (context, flags, args) => getResource(resource, isBelow ? [args[1], args[0]] : [args[0]], flags, context))), ...lines)
  return noun
}

/** Adds a list command. */
export const addList = <T>(command: Command, act: Act, resource: Resource<T>): Command => {
  const { list, parent } = resource
  const listing = watchable(remote(command.description(list.about)))
  if (parent !== undefined) listing.argument(parent.argument, parent.text)
  for (const { flags, text, many } of list.filters ?? []) {
    if (many) listing.option(flags, text, repeated)
    else listing.option(flags, text)
  }
  listing.option('--limit <n>', 'maximum number to list', wholeNumber, list.limit)
  return examples(listing.action(act(async (context, flags, [ref]) => listResource(resource, ref, flags, context))), ...list.examples)
}
