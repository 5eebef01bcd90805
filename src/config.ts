/** The configuration, as everybody else sees it. */
import type { z } from 'zod';
import type { AdapterEntries, AdapterModule } from './adapter.ts';
import type { Channel, RoomAddress } from './channels.ts';
import { keysAt } from './config-keys.ts';
import { unknownParts } from './config-log.ts';
import { mqttOptions } from './config-mqtt.ts';
import { adapterSentences, ConfigError, sentencesOf, suggestion } from './config-problems.ts';
import { foreign, schema } from './config-schema.ts';
import type { CrossChatOptions } from './crosschat/index.ts';
import { type AdapterId, type RoomRef, STEAM } from './event.ts';
import type { LogLevels } from './log.ts';

export { ConfigError } from './config-problems.ts';

/** One adapter, its own keys checked by its module. */
export interface AdapterConfig {
  readonly id: AdapterId;
  readonly module: AdapterModule;
  readonly config: unknown;
  /** The virtual server that its users speak on. */
  readonly serverId: string;
  /** Where the operator can name its rooms: a key, or a variable. */
  readonly roomsKey: string;
  /** The broker's credentials for that virtual server, where they differ from the bridge's. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** A raw configuration, and what its parts are called where the operator wrote them. */
export interface Settings {
  readonly raw: Readonly<Record<string, unknown>>;
  /** For a value that an environment variable set: from its path (`mqtt.url`) to the variable's name. */
  readonly variables: ReadonlyMap<string, string>;
  /** The file that was read, if any. */
  readonly file: string | undefined;
}

/** A configuration that can be run. */
export interface Config {
  /** How to connect; without an address, the bridge runs a broker of its own. */
  readonly mqtt: Omit<CrossChatOptions, 'serverId' | 'ignore' | 'log' | 'clock' | 'random'> & { readonly topicPrefix: string };
  /** Milliseconds of silence after which a speaker leaves. */
  readonly idle: number;
  readonly dataDir: string;
  /** A PostgreSQL database that is used instead of a file in {@link dataDir}. */
  readonly databaseUrl: string | undefined;
  readonly store: {
    /** Days for which events are kept. */
    readonly keepDays: number;
    /** Days for which the audit log is kept. */
    readonly auditDays: number;
    readonly maxBytes: number;
  };
  /** Milliseconds after which what was not delivered is only summed up. */
  readonly maxDeliveryAge: number;
  /** Messages a minute that one user, or one game server, may send; 0 for no limit. */
  readonly flood: { readonly user: number; readonly server: number };
  /** The ids of the servers that are believed when they tell SteamIDs, with `*` and `?`. */
  readonly accounts: { readonly servers: readonly string[] };
  readonly moderation: {
    /** The ids of the servers that may moderate our people, with `*` and `?`. */
    readonly servers: readonly string[];
    /** Whether a ban takes a reason. */
    readonly banReason: boolean;
    /** For how many milliseconds nothing is carried of who was kicked. */
    readonly mute: number;
  };
  /** The room in which moderators read what is done; it need not be in a channel. */
  readonly modLog: RoomAddress | undefined;
  /** Whether players are told of reactions to what they said. */
  readonly gameReactions: boolean;
  /** Whether the texts of whispers are written to the log and to exports. */
  readonly logWhispers: boolean;
  /** Where the bridge serves HTTP; undefined when it doesn't. */
  readonly http:
    | {
        readonly host: string;
        readonly port: number;
        readonly publicUrl: string | undefined;
        /** What whoever asks for metrics and the like has to bring. */
        readonly monitoringToken: string | undefined;
        /** What whoever opens the operator's page has to bring. */
        readonly operatorToken: string | undefined;
      }
    | undefined;
  /** How large a file may be that the bridge carries, in bytes. */
  readonly maxFileBytes: number;
  /** The key for Steam's interface, which tells the pictures of players; undefined when it is asked nothing. */
  readonly steamApiKey: string | undefined;
  /** Whether this instance waits while another one with the same server id is there. */
  readonly standby: boolean;
  /** Whether a stop in order is told to the network; else it is to game servers as if the bridge were killed, and may be back soon. */
  readonly goodbye: boolean;
  readonly log: { readonly levels: LogLevels; readonly format: 'auto' | 'json' | 'pretty' };
  readonly adapters: readonly AdapterConfig[];
  readonly channels: readonly Channel[];
  /** Things the operator should know, though they are no errors. */
  readonly notes: readonly string[];
}

/** An adapter whose virtual server may still be the bridge's. */
type ParsedAdapter = Omit<AdapterConfig, 'serverId'> & { readonly serverId: string | undefined };

/**
 * Checks settings.
 * @param entries the adapters that there are, by type; those that are configured are loaded
 * @throws {ConfigError} with every problem found
 */
export async function parseConfig({ raw, variables }: Settings, entries: AdapterEntries): Promise<Config> {
  const types = Object.keys(entries);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw faulty(parsed.error, { raw, variables });
  const given = parsed.data;
  const problems: string[] = [];

  const adapters: ParsedAdapter[] = [];
  for (const [id, { type = id, server_id, mqtt: credentials, ...own }] of Object.entries(given.adapters)) {
    const module = Object.hasOwn(entries, type) ? await entries[type]?.load() : undefined;
    if (!module) {
      problems.push(
        `adapters.${id}.type: there is no adapter "${type}"${suggestion(type, types)}; there are ${types.join(', ')}.`,
      );
      continue;
    }
    if (id === STEAM)
      problems.push(`adapters.${id}: must have another name: bans and blocks of players are kept under this one.`);
    const checked = module.schema.safeParse(own);
    if (!checked.success) problems.push(...adapterSentences(checked.error, { id, schema: module.schema, raw, variables }));
    else {
      const variable = entries[type]?.environment?.rooms;
      const roomsKey = `${variable && id === type ? `${variable} or ` : ''}channels.0.rooms.${id}`;
      adapters.push({ id: id as AdapterId, module, config: checked.data, serverId: server_id, credentials, roomsKey });
    }
  }

  const names = new Set<string>();
  const channels = given.channels.map(({ name, servers, rooms, notices }, index): Channel => {
    if (names.has(name)) problems.push(`channels.${index}.name: there are two channels "${name}"; give each a name of its own.`);
    names.add(name);
    for (const id of Object.keys(rooms)) {
      if (!Object.hasOwn(given.adapters, id)) {
        const known = Object.keys(given.adapters);
        const path = `channels.${index}.rooms.${id}`;
        const variable = Object.keys(entries[id]?.environment?.required ?? {}).join(' and ');
        problems.push(
          `${variables.get(path) ?? path}: there is no adapter "${id}"${suggestion(id, known)}; ${variable ? `set ${variable}, or ` : ''}add it under adapters.`,
        );
      }
    }
    return {
      name,
      servers,
      rooms: Object.entries(rooms).flatMap(([id, of]) => of.map((room) => ({ adapter: id as AdapterId, room: room as RoomRef }))),
      ...(notices && { notices }),
    };
  });

  const modLog = given.mod_log?.adapter;
  if (modLog !== undefined && !Object.hasOwn(given.adapters, modLog))
    problems.push(
      `mod_log.adapter: there is no adapter "${modLog}"${suggestion(modLog, Object.keys(given.adapters))}; add it under adapters.`,
    );

  const connection = mqttOptions(given.mqtt, (path) => variables.get(path) ?? path, problems);
  if (given.standby && connection.urls.length === 0)
    problems.push(
      `${variables.get('standby') ?? 'standby'}: needs a broker that both instances reach; set MQTT_URL or mqtt.url.`,
    );
  if (given.standby && !given.goodbye)
    problems.push(
      `${variables.get('goodbye') ?? 'goodbye'}: must be true with standby, since the other instance would wait for 85 s before it takes over.`,
    );
  problems.push(...unknownParts(given.log_level, Object.keys(given.adapters), variables.get('log_level') ?? 'log_level'));
  if (problems.length > 0) throw new ConfigError(problems);
  const ignored = foreign.filter((key) => key in given);
  return {
    mqtt: { ...connection, topicPrefix: given.topic_prefix, meta: given.meta, dialect: given.dialect },
    idle: given.idle_minutes * 60_000,
    ...storeConfig(given),
    maxDeliveryAge: given.max_delivery_age_hours * 3_600_000,
    flood: { user: given.flood.user_per_minute, server: given.flood.server_per_minute },
    accounts: given.accounts,
    moderation: {
      servers: given.moderation.servers,
      banReason: given.moderation.ban_reason,
      mute: given.moderation.mute_seconds * 1_000,
    },
    modLog: given.mod_log && { adapter: given.mod_log.adapter as AdapterId, room: given.mod_log.room as RoomRef },
    gameReactions: given.game_reactions,
    logWhispers: given.log_whispers,
    http: given.http && httpConfig(given.http),
    maxFileBytes: given.media.max_mb * 1_000_000,
    steamApiKey: given.steam?.api_key,
    standby: given.standby,
    goodbye: given.goodbye,
    log: { levels: given.log_level, format: given.log_format },
    adapters: withServers(adapters, given.server_id),
    channels: withRooms(channels.length > 0 ? channels : [{ name: 'main', servers: ['*'], rooms: [] }], adapters),
    notes: ignored.length > 0 ? [`Keys of the reference implementation that this bridge ignores: ${ignored.join(', ')}.`] : [],
  };
}

/**
 * The part of a configuration that says where HTTP is served: a command that asks a running bridge works though the rest is wrong.
 * @throws {ConfigError}
 */
export function parseHttpConfig({ raw, variables }: Settings): Config['http'] {
  const parsed = schema.pick({ http: true }).safeParse({ http: raw['http'] });
  if (!parsed.success) throw faulty(parsed.error, { raw, variables });
  return parsed.data.http && httpConfig(parsed.data.http);
}

function httpConfig(given: NonNullable<z.output<typeof schema>['http']>): NonNullable<Config['http']> {
  return {
    host: given.host,
    port: given.port,
    publicUrl: given.public_url,
    monitoringToken: given.monitoring_token,
    operatorToken: given.operator_token,
  };
}

/**
 * The part of a configuration that says where the store is: a command that needs nothing else works though the rest is wrong.
 * @throws {ConfigError}
 */
export function parseStoreConfig({
  raw,
  variables,
}: Settings): Pick<Config, 'dataDir' | 'databaseUrl' | 'store' | 'logWhispers'> {
  const { data_dir, database_url, store, log_whispers } = raw;
  const keys = { data_dir: true, database_url: true, store: true, log_whispers: true } as const;
  const parsed = schema.pick(keys).safeParse({ data_dir, database_url, store, log_whispers });
  if (!parsed.success) throw faulty(parsed.error, { raw, variables });
  return { ...storeConfig(parsed.data), logWhispers: parsed.data.log_whispers };
}

/** What is wrong with the core's own keys. */
function faulty({ issues }: z.ZodError, { raw, variables }: Pick<Settings, 'raw' | 'variables'>): ConfigError {
  return new ConfigError(issues.flatMap((issue) => sentencesOf(issue, raw, variables, keysAt(schema, issue.path))));
}

function storeConfig(given: Pick<z.output<typeof schema>, 'data_dir' | 'database_url' | 'store'>) {
  return {
    dataDir: given.data_dir,
    databaseUrl: given.database_url,
    store: {
      keepDays: given.store.keep_days,
      auditDays: given.store.audit_days,
      maxBytes: given.store.max_mb * 1_000_000,
    },
  };
}

/** Each adapter with its virtual server. One that is everywhere makes none of its own where the others all have theirs. */
function withServers(adapters: readonly ParsedAdapter[], serverId: string): AdapterConfig[] {
  const configured = adapters.filter(({ module }) => !module.everywhere);
  const host = configured.every((adapter) => adapter.serverId !== undefined) ? configured[0] : undefined;
  return adapters.map((adapter) => {
    const { serverId: own, credentials } = adapter.module.everywhere && !adapter.serverId && host ? host : adapter;
    return { ...adapter, serverId: own ?? serverId, credentials };
  });
}

/** Each channel with a room of every adapter that is everywhere. */
function withRooms(channels: readonly Channel[], adapters: readonly ParsedAdapter[]): Channel[] {
  const everywhere = adapters.filter(({ module }) => module.everywhere);
  return channels.map((channel) => ({
    ...channel,
    rooms: [...channel.rooms, ...everywhere.map(({ id }) => ({ adapter: id, room: channel.name as RoomRef }))],
  }));
}
