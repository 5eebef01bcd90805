/** The zod schemas of the configuration → what the documentation and editors are told of its keys. Pure. */
import { z } from 'zod';

/** A part of a JSON schema, with what the documentation says of a key besides: see `src/config-schema.ts`. */
export interface Key {
  readonly description?: string;
  readonly absent?: string;
  readonly deprecated?: boolean;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Key>>;
  readonly required?: readonly string[];
  readonly items?: Key;
  readonly anyOf?: readonly Key[];
  readonly additionalProperties?: Key | boolean;
  readonly [keyword: string]: unknown;
}

/** The keys of a schema, as an operator may write them. */
export function keysOf(schema: z.ZodType): Key {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'pipe' && def.in._zod.def.type === 'transform') jsonSchema['preprocessed'] = true;
      // The default of what is transformed is left out by zod, since it stands for what comes of it.
      if (def.type === 'default' && jsonSchema['absent'] === undefined) jsonSchema.default = def.defaultValue;
    },
  });
  return json as Key;
}

/** The keys of each type of adapter, and those of the rest. */
export interface AllKeys {
  readonly core: Key;
  /** Those that every adapter has. */
  readonly adapter: Key;
  readonly adapters: Readonly<Record<string, Key>>;
}

/**
 * The JSON schema of a whole configuration, for editors. It refuses nothing that the bridge takes: what a text has to look like is left to
 * the bridge, since `${NAME}` may stand there. A required key with `absent` may be missing too: `registration` completes it.
 * @param variables the paths that environment variables can set, so that they may be missing in the file
 */
export function jsonSchema({ core, adapter, adapters }: AllKeys, variables: ReadonlySet<string>): object {
  const { definitions, ...keys } = core;
  const top = forEditors(keys, '', variables);
  const types = Object.keys(adapters);
  const own = Object.entries(adapters).map(([type, its]) => {
    const whole = { ...its, properties: { ...adapter.properties, ...its.properties } };
    return [type, forEditors(whole, `adapters.${type}`, variables)] as const;
  });
  const properties = {
    ...top.properties,
    adapters: {
      description: core.properties?.['adapters']?.description,
      type: 'object',
      // What is called like a type is of that type, unless it says another.
      properties: Object.fromEntries(
        types.map((type) => [type, { allOf: [when(hasType, reference('adapter')), { if: hasType, else: reference(type) }] }]),
      ),
      additionalProperties: reference('adapter'),
    },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The configuration of crosschat-bridge',
    ...top,
    properties,
    definitions: {
      ...(definitions as object | undefined),
      ...Object.fromEntries(own),
      adapter: {
        type: 'object',
        required: ['type'],
        properties: { type: orReference({ enum: types }) },
        allOf: types.map((type) => when({ properties: { type: { const: type } } }, reference(type))),
      },
    },
  };
}

const hasType = { required: ['type'] };

/** What holds where something else does. It is said the other way round, since an object with a key `then` looks like a promise. */
function when(condition: object, holds: object): object {
  return { if: { not: condition }, else: holds };
}

function reference(name: string): object {
  return { $ref: `#/definitions/${name}` };
}

/** A value, or the name of a variable that holds it. */
function orReference(value: Key): Key {
  return { anyOf: [value, { type: 'string', pattern: '\\$\\{\\w+\\}' }] };
}

/** A part of a schema without what only the documentation and the bridge need. @param path where it stands */
function forEditors(key: Key, path: string, variables: ReadonlySet<string>): Key {
  const { absent, also, preprocessed, pattern, format, minLength, maxLength, propertyNames, ...rest } = key;
  const { description, properties, items, anyOf, additionalProperties, required, default: byDefault, ...plain } = rest;
  const inner = (part: Key, at = path) => forEditors(part, at, variables);
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const isNeeded = (name: string) => properties?.[name]?.absent === undefined && !variables.has(below(name));
  const needed = required?.filter(isNeeded) ?? [];
  const whole: Key = {
    ...plain,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part, below(name))])),
    }),
    ...(needed.length > 0 && { required: needed }),
    ...(items && { items: inner(items, `${path}[]`) }),
    ...(anyOf && { anyOf: anyOf.map((part) => inner(part)) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: typeof additionalProperties === 'object' ? inner(additionalProperties) : additionalProperties,
    }),
  };
  const forms = [whole, ...(preprocessed ? alone(whole) : []), ...(also ? [also as Key] : [])];
  return {
    ...(description && { description: description.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1') }),
    ...(byDefault !== undefined && absent === undefined && { default: byDefault }),
    ...(forms.length > 1 ? { anyOf: forms } : isChoice(whole) ? orReference(whole) : whole),
  };
}

/** What may stand in place of a list: its one item, or a text that is taken apart. */
function alone({ items }: Key): Key[] {
  const one = items ? [items] : [];
  return items?.['type'] === 'string' ? one : [...one, { type: 'string' }];
}

/** Whether it is one of some texts. */
function isChoice({ type, enum: values, const: value }: Key): boolean {
  return type === 'string' && (values !== undefined || value !== undefined);
}
