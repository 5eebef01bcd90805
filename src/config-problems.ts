/** What is wrong with a configuration, in sentences for the operator. */
import type { z } from 'zod';
import { keysAt } from './config-keys.ts';
import { adapter } from './config-schema.ts';
import { nearest } from './text/nearest.ts';

/** The configuration can't be used. Every problem is a sentence for the operator and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Sentences for what zod found wrong: where it is, what would be right, and never the value, which may be a secret.
 * @param known the keys that may stand where there is one that may not
 */
export function sentencesOf(
  issue: z.core.$ZodIssue,
  raw: unknown,
  variables: ReadonlyMap<string, string>,
  known: readonly string[],
): string[] {
  const path = issue.path.map(String).join('.');
  // A list that came from one variable has its problems at its items.
  const name = variables.get(path) ?? variables.get(path.replace(/\.\d+$/, '')) ?? path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${path ? `${path}.` : ''}${key}: there is no such key${suggestion(key, known)}.`);
  if (valueAt(raw, issue.path) === undefined) return [`${name}: is missing; it ${issue.message}.`];
  return [`${name}: ${issue.message}.`];
}

/** The same for what an adapter's own schema found wrong. */
export function adapterSentences(
  error: z.ZodError,
  { id, schema, raw, variables }: { id: string; schema: z.ZodType; raw: unknown; variables: ReadonlyMap<string, string> },
): string[] {
  return error.issues.flatMap((issue) => {
    const known = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? Object.keys(adapter.shape) : [])];
    return sentencesOf({ ...issue, path: ['adapters', id, ...issue.path] }, raw, variables, known);
  });
}

/** ` (did you mean "this"?)`, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const close = nearest(word, known);
  return close ? ` (did you mean "${close}"?)` : '';
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    // What stands alone is the one item of its list.
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : key === 0 ? value : undefined,
    raw,
  );
}
