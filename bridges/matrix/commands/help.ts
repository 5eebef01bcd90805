/** What `!help` answers. */
import { type CommandInfo, type Rank, reaches } from '../../../src/adapter.ts';
import { asLines } from '../../../src/text/lines.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { usageOf } from './read.ts';

/** The commands that somebody of this rank may give; or one of them, with its options. @param about a command's name, or nothing */
export function helpFor(commands: readonly CommandInfo[], rank: Rank, prefix: string, about: string): RichText {
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
    literal(
      `What has blanks in it needs quotes; ${prefix}help and a command tell more. Everybody in the room reads commands and answers.`,
    ),
  ]);
}

function lineOf(command: CommandInfo, prefix: string): RichText {
  return [{ type: 'code', text: usageOf(command, prefix) }, ...literal(` ${command.description}`)];
}

function listOf(items: readonly RichText[]): RichText {
  return [{ type: 'list', ordered: false, items }];
}
