/** What an adapter is before there is one: a type in the configuration, listed in `bridges/index.ts`. */
import type { z } from 'zod';
import type { AdapterSetup } from '../setup.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterHost } from './host.ts';

/** A kind of adapter, listed in `bridges/index.ts`. */
export interface AdapterModule<Config = unknown> {
  /** The `type` in the configuration, for example `discord`. */
  readonly type: string;
  /** The adapter's own keys in the configuration; each says what it wants in its error message. */
  readonly schema: z.ZodType<Config>;
  /** Whether the adapter is there without being configured, with a room in every channel, named as the channel is. */
  readonly everywhere?: boolean;
  /** Makes one adapter. Does no I/O and throws nothing: {@link Adapter.start} does the work. */
  create(config: Config, host: AdapterHost): Adapter;
  /** Where the platform's server has to be told of the bridge by a file. */
  readonly registration?: {
    /** The adapter's own keys, with secrets made up where they are missing. */
    complete(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
    /** The file; undefined where the configuration needs none. */
    write(config: Config): RegistrationFile | undefined;
  };
}

/** A file by which a platform's server gets to know the bridge. It holds secrets. */
export interface RegistrationFile {
  readonly text: string;
  /** The adapter's keys that have to say the same as the file. */
  readonly shared: readonly string[];
  /** What to do with the file: sentences for the operator. @param path where it is */
  next(path: string): readonly string[];
}

/** A type of adapter as `bridges/index.ts` lists it: what is known before it is loaded. */
interface AdapterEntry {
  load(): Promise<AdapterModule>;
  /** How it is loaded for a bridge without any configuration, where it is there all the same; absent where it isn't. */
  loadForDemo?(): Promise<AdapterModule>;
  /** What `crosschat-bridge init` asks to configure one; absent where it asks nothing. */
  setup?(): Promise<AdapterSetup>;
  /** The simple case: one adapter of this type, configured by environment variables alone. */
  readonly environment?: {
    /** From the variables that have to be set to the keys of the configuration that they stand for. */
    readonly required: Readonly<Record<string, string>>;
    readonly optional?: Readonly<Record<string, string>>;
    /** The variable that names its rooms. */
    readonly rooms: string;
  };
}

/** The adapters that there are, by type. */
export type AdapterEntries = Readonly<Record<string, AdapterEntry>>;
