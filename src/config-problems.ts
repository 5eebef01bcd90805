/** What is wrong with a configuration, in sentences for the operator. */
import type { z } from 'zod';
import { knownKeys } from './config-schema.ts';
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

/** Sentences for what zod found wrong: where it is, what would be right, and never the value, which may be a secret. */
export function sentencesOf(issue: z.core.$ZodIssue, raw: unknown, variables: ReadonlyMap<string, string>): string[] {
  const path = issue.path.map(String).join('.');
  // A list that came from one variable has its problems at its items.
  const name = variables.get(path) ?? variables.get(path.replace(/\.\d+$/, '')) ?? path;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => `${path ? `${path}.` : ''}${key}: there is no such key${suggestion(key, known)}.`);
  }
  if (valueAt(raw, issue.path) === undefined) return [`${name}: is missing; it ${issue.message}.`];
  return [`${name}: ${issue.message}.`];
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
