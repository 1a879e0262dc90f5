import { type Command, InvalidArgumentError } from 'commander'
import { type Act, examples, remote, repeated, wholeNumber } from './options.js'

/** Adds commands for finding records, and for measuring search. */
export const addSearchCommands = (program: Command, act: Act): void => {
  const search = remote(program.command('search').description('answer a question with records, or list the newest'))
    .argument('[words...]', 'a question or words; "phrases", +must, -without, a OR b')
    .option('--source <source>', 'slug or id; may be repeated', repeated)
    .option('--connector <type>', 'only sources of this connector')
    .option('--label <name:value>', 'only sources with this label; may be repeated', repeated)
    .option('--stream <stream>', 'only records of this stream')
    .option('--kind <kind>', 'only records of this kind')
    .option('--where <condition>', 'on data: data.status:open, data.price>=10, data.note:*; may be repeated', repeated)
    .option('--fetched-after <time>', 'only records fetched at this time or later')
    .option('--fetched-before <time>', 'only records fetched before this time')
    .option('--occurred-after <time>', 'only records that occurred at this time or later')
    .option('--occurred-before <time>', 'only records that occurred before this time')
    .option('--sort <by>', 'relevance, occurredAt or fetchedAt')
    .option('--recency <duration>', 'prefer newer records, e.g. 30d')
    .option('--facet <field>', 'count values of source, connector, stream, kind or data.name; may be repeated', repeated)
    .option('--field <field>', 'also show data, data.name or text (with --json); may be repeated', repeated)
    .option('--explain', 'show what each word adds to the score')
    .option('--mode <mode>', 'search method: auto, lexical, vector or hybrid')
    .option('--generation <id>', 'generation of vectors to use instead of the active one')
    .option('--ensure-fresh <duration>', 'first run sources whose last success is older than this, e.g. 15m')
    .option('--limit <n>', 'maximum number of hits', wholeNumber, 10)
    .option('--cursor <cursor>', 'nextCursor of the previous page')
    .action(act(async (context, flags, [words]) => (await import('../commands/search.js')).search(words, flags, context)))
  examples(
    search,
    'inlet search how do I rotate the encryption key',
    `inlet search '"exactly once" -kafka' --source docs --json`,
    'inlet search refund --where data.status:open,waiting --facet data.status --recency 30d',
  )
  examples(
    search
      .command('eval')
      .description('measure how well judged questions are answered (to search for the word "eval": inlet search -- eval)')
      .option('-f, --file <path>', 'judgments as YAML: questions with q and the keys of relevant records')
      .option('--beir <dir>', 'a folder with queries.jsonl and qrels/test.tsv, or queries.json and qrels.json')
      .option('--floor <share>', 'exit with 1 if a smaller share of questions has a right answer among the first three, e.g. 0.85', toShare)
      // The options of `search` (--source, --json, …) apply here as well, and commander assigns them to the parent.
      .action((...given) => evaluate(given.at(-1)?.optsWithGlobals(), given.at(-1))),
    'inlet search eval -f judgments.yaml --source docs --floor 0.85',
    'inlet search eval --beir ./scifact --source scifact --mode hybrid --json',
  )
  const evaluate = act(async (context, flags) => (await import('../commands/search-eval.js')).searchEval(flags, context))
}

const toShare = (text: string): number => {
  const share = Number(text)
  if (!(share >= 0 && share <= 1)) throw new InvalidArgumentError('a share from 0 to 1 is needed')
  return share
}
