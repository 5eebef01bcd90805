/** What a parser found: a value, or the reason why there is none. Parsers never throw. */
export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };

/** A parser's success. */
export function ok<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

/** A parser's rejection. */
export function no<Value>(reason: string): Result<Value> {
  return { ok: false, reason };
}
