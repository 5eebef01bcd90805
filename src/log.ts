/** The log: JSON lines, or readable ones where a terminal looks. No secret gets through. */
import { Writable } from 'node:stream';
import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';

/** Where readable lines are shown. */
export interface LineOutput {
  print(line: string): void;
}

/** The parts of the core that have a level of their own. Adapters have theirs by their ids. */
export const LOG_PARTS = ['mqtt', 'store', 'outbox', 'hub', 'http'] as const;

/** From a part, or an adapter's id, to the least that is logged of it. */
export type LogLevels = Readonly<Record<string, string>> & { readonly default: string };

/** How the log is written. */
export interface LogOutput {
  /** A terminal that shows it between what the operator types. */
  readonly terminal?: LineOutput | undefined;
  /** `auto` is `pretty` where a terminal looks, and `json` elsewhere. */
  readonly format?: 'auto' | 'json' | 'pretty';
  /** Takes each line as JSON, without secrets. */
  readonly keep?: ((line: string) => void) | undefined;
}

/** The log of a part of the core. */
export function partLog(log: Logger, part: (typeof LOG_PARTS)[number]): Logger {
  return log.child({ part });
}

/** A log that can be told more later. */
export interface OpenLog {
  readonly log: Logger;
  /** These texts are secrets as well. */
  readonly learn: (secrets: readonly string[]) => void;
  /** From now on this much is logged, wherever. */
  readonly follow: (levels: LogLevels) => void;
}

/** Makes a log that stays as it is: see {@link openLog}. */
export function makeLog(levels: LogLevels, secrets: readonly string[], output: LogOutput = {}): Logger {
  return openLog(levels, secrets, output).log;
}

/**
 * Makes the log. Lines about an event have its id as `event` and its number as `seq`, wherever they come from.
 * @param secrets texts that are replaced wherever they would appear
 */
export function openLog(levels: LogLevels, secrets: readonly string[], output: LogOutput = {}): OpenLog {
  const known = new Set(secrets);
  let redact = redactor(secrets);
  let wanted = levels;
  let children: WeakRef<Logger>[] = [];
  /** Undefined for what has a level of its own making. */
  const levelOf = (child: Logger) => {
    const { part, adapter } = child.bindings();
    const key = part ?? adapter;
    return key === undefined ? undefined : (wanted[key] ?? wanted.default);
  };
  const onChild = (child: Logger) => {
    const level = levelOf(child);
    if (level === undefined) return;
    child.level = level;
    children = [...children.filter((one) => one.deref() !== undefined), new WeakRef(child)];
  };
  const log = loggerOf(levels.default, output, (line) => redact(line), onChild);
  return {
    log,
    learn(more) {
      for (const secret of more) known.add(secret);
      redact = redactor([...known]);
    },
    follow(next) {
      wanted = next;
      log.level = next.default;
      for (const child of children) {
        const one = child.deref();
        if (one) one.level = levelOf(one) ?? one.level;
      }
    },
  };
}

function loggerOf(
  level: string,
  { terminal, format = 'auto', keep }: LogOutput,
  redact: (line: string) => string,
  onChild: (child: Logger) => void,
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      streamWrite(line) {
        const clean = redact(line);
        keep?.(clean);
        return clean;
      },
    },
    onChild,
  };
  const isPretty = format === 'pretty' || (format === 'auto' && (terminal !== undefined || process.stdout.isTTY));
  // Each line is out before the work goes on: the last words of a process that ends are not lost, and not before those ahead of them.
  if (!terminal && !isPretty) return pino(options, pino.destination({ dest: 1, sync: true }));
  const print = terminal ? (line: string) => terminal.print(line) : printPlainly;
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      print(chunk.toString().replace(/\n$/, ''));
      done();
    },
  });
  if (!isPretty) return pino(options, lines);
  const colorize = terminal !== undefined;
  return pino(options, pretty({ colorize, translateTime: 'SYS:HH:MM', singleLine: true, destination: lines, sync: true }));
}

/** What strangers say must not control the terminal that shows it. */
function printPlainly(line: string): void {
  process.stdout.write(`${line.replace(/(?![\n\t])\p{Cc}/gu, '')}\n`);
}

/** A text under such a key is a secret, wherever it comes from: also in an answer that stands as JSON in a message. */
const SECRET_KEY = '[\\w-]*(?:token|password|secret|api_?key|authorization)';
const KEYED = new RegExp(`("${SECRET_KEY}":)"(?:[^"\\\\]|\\\\.)+"`, 'gi');
const KEYED_WITHIN = new RegExp(`(\\\\"${SECRET_KEY}\\\\":\\s*)\\\\"(?:\\\\{3}"|[^"\\\\]|\\\\[^"])+\\\\"`, 'gi');

/** Leaves secrets out of a line of JSON, by their keys and by their values. */
function redactor(secrets: readonly string[]): (line: string) => string {
  // A secret stands in the JSON as JSON writes it; the longest first, should one hold another.
  const written = secrets
    .filter((secret) => secret.length >= 4)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return (line) =>
    written
      .reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
      .replace(KEYED, '$1"[secret]"')
      .replace(KEYED_WITHIN, '$1\\"[secret]\\"');
}
