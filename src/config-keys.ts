/** The keys that may stand at a place of the configuration, read from the schema: one of them was meant where a key is mistyped. */
import type { z } from 'zod';

/** The keys that a schema knows at a path; none where it takes any. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const [key, ...rest] = path;
      if (key === undefined) return Object.keys(def.shape);
      const inner = def.shape[String(key)];
      return inner ? keysAt(inner, rest) : [];
    }
    case 'array':
      return keysAt(def.element, path.slice(1));
    case 'record':
      return keysAt(def.valueType, path.slice(1));
    case 'union':
      return def.options.flatMap((option) => keysAt(option, path));
    case 'pipe':
      // One of the two is a function that changes the value, and knows no keys.
      return [...keysAt(def.in, path), ...keysAt(def.out, path)];
    case 'optional':
    case 'default':
    case 'prefault':
      return keysAt(def.innerType, path);
    default:
      return [];
  }
}
