/** `crosschat-bridge check`: tries every connection, and says what works. */
import type { Finding } from '../adapter.ts';
import { findings } from '../check.ts';
import type { Config } from '../config.ts';
import { makeLog } from '../log.ts';
import { secretsIn } from '../settings.ts';
import { defineCommand } from './command.ts';
import { givenConfig, givenSettings } from './given-config.ts';

export const checkCommand = defineCommand({
  name: 'check',
  summary: 'check the configuration, try every connection, and say what works',
  options: { json: { type: 'boolean', help: 'print one JSON object: {ok, notes, findings: [{ok, text}]}' } },
  more: `Nobody in a room or a game sees any of it, and a bridge that runs with the same configuration is not disturbed.
It exits with 0 when all works, and with 1 when something does not.`,
  async run({ values }, { adapters, print }) {
    const settings = givenSettings(adapters, values.config);
    const config = await givenConfig(settings, adapters);
    const found = findings(config, makeLog({ default: 'silent' }, secretsIn(settings.raw)));
    return values.json ? printJson(found, config, print) : printFindings(found, config, print);
  },
});

type Print = (line: string) => Promise<void> | void;

/** Prints each as soon as it is found. @returns the exit code */
export async function printFindings(
  found: AsyncIterable<Finding>,
  { notes }: Pick<Config, 'notes'>,
  print: Print,
): Promise<number> {
  let faults = 0;
  await print('✓ The configuration is in order.');
  for (const note of notes) await print(`  ${note}`);
  for await (const { ok, text } of found) {
    if (!ok) faults++;
    await print(`${ok ? '✓' : '✗'} ${text}`);
  }
  await print(faults === 0 ? 'All works.' : `${faults} ${faults === 1 ? 'thing needs' : 'things need'} your attention.`);
  return faults === 0 ? 0 : 1;
}

async function printJson(found: AsyncIterable<Finding>, { notes }: Config, print: Print): Promise<number> {
  const all: Finding[] = [];
  for await (const finding of found) all.push(finding);
  const ok = all.every((finding) => finding.ok);
  await print(JSON.stringify({ ok, notes, findings: all }, null, 2));
  return ok ? 0 : 1;
}
