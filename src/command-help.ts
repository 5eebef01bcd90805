/** What is answered to somebody who types `!help`. */
import { type CommandInfo, type Rank, reaches } from './command.ts';
import { asLines } from './text/lines.ts';
import { literal, type RichText } from './text/tree.ts';
import { usageOf } from './typed-command.ts';

/**
 * The commands that somebody of this rank may give; or one of them, with its options.
 * @param about a command's name, or nothing
 * @param note what else is to be known of commands, in a sentence
 */
export function helpFor(commands: readonly CommandInfo[], rank: Rank, prefix: string, about: string, note: string): RichText {
  const name = about.startsWith(prefix) ? about.slice(prefix.length) : about;
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) {
    const options = command.options.map(({ name: option, description, choices }) =>
      literal(`${option}: ${description}${choices === undefined ? '' : ` (${choices.join(', ')})`}`),
    );
    return asLines([lineOf(command, prefix), options.length === 0 ? [] : listOf(options)]);
  }
  const allowed = commands.filter((one) => reaches(rank, one.rank));
  return asLines([
    listOf(allowed.map((one) => lineOf(one, prefix))),
    literal(`What has blanks in it needs quotes; ${prefix}help and a command tell more. ${note}`),
  ]);
}

function lineOf(command: CommandInfo, prefix: string): RichText {
  return [{ type: 'code', text: usageOf(command, prefix) }, ...literal(` ${command.description}`)];
}

function listOf(items: readonly RichText[]): RichText {
  return [{ type: 'list', ordered: false, items }];
}
