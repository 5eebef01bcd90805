/** Asks the operator, or takes what was given beforehand. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigError } from '../config.ts';
import type { Answers, SetupQuestion } from '../setup.ts';

/** Asks one question at a terminal. @param secret whether what is typed is not shown */
export type Ask = (question: string, secret: boolean) => Promise<string>;

/** A terminal at which somebody can be asked; undefined where there is none. */
export function openQuestions(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): { readonly ask: Ask; close(): void } | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  let isHidden = false;
  const shown = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input, output: shown, terminal: true });
  const ended = new AbortController();
  reader.once('close', () => ended.abort());
  return {
    async ask(question, secret) {
      output.write(`${question}\n`);
      const answer = reader.question('> ', { signal: ended.signal });
      isHidden = secret;
      try {
        return await answer;
      } catch {
        throw new ConfigError(['init: nothing is written.']);
      } finally {
        if (isHidden) output.write('\n');
        isHidden = false;
      }
    },
    close: () => reader.close(),
  };
}

/**
 * The answers to questions. What was given beforehand is not asked, and neither is a secret whose variable is set.
 * @param nameOf how a question can be answered beforehand
 * @param ask undefined where nobody is there: then what may be left out is
 * @throws {ConfigError} for what was given and is wrong, and for what is missing
 */
export async function answersTo(
  questions: readonly SetupQuestion[],
  given: Answers,
  nameOf: (question: SetupQuestion) => string,
  ask: Ask | undefined,
): Promise<Answers> {
  const answers: Record<string, string> = {};
  const problems: string[] = [];
  for (const question of questions) {
    const { name, text, variable, otherwise, isAsked } = question;
    if (problems.length > 0 || (isAsked && !isAsked(answers))) continue;
    const before = given[name] ?? (variable && process.env[variable]);
    const usual = otherwise?.(answers);
    const asked = usual && variable === undefined ? `${text} [${usual}]` : text;
    let answer = before ?? (ask ? await ask(asked, variable !== undefined) : '');
    for (;;) {
      answers[name] = answer.trim() === '' && usual !== undefined ? usual : answer.trim();
      const complaint = whatIsWrong(question, answers[name]);
      if (complaint === undefined) break;
      if (before !== undefined || !ask) {
        problems.push(`init: ${nameOf(question)}${variable ? ` or ${variable}` : ''} ${complaint}.`);
        break;
      }
      answer = await ask(`It ${complaint}.\n${asked}`, variable !== undefined);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return answers;
}

function whatIsWrong({ answer }: SetupQuestion, given: string): string | undefined {
  return answer.safeParse(given).error?.issues[0]?.message;
}
