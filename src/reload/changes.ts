/** What another configuration changes in a bridge that runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Channel } from '../channels.ts';
import type { AdapterConfig, Config } from '../config.ts';
import { ControlError } from '../control.ts';

/** What came, what went, and what is otherwise than before. */
interface Compared<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly T[];
}

/** What is different, and what follows from it. */
export interface Changes {
  /** What the bridge runs with from now on: the new configuration, but for what can't change while it runs. */
  readonly config: Config;
  /** The keys that hold at once. */
  readonly applied: readonly string[];
  /** The keys that hold from the next start. */
  readonly held: readonly string[];
  readonly channels: Compared<Channel>;
  readonly adapters: Compared<AdapterConfig>;
}

/** Keys that are called otherwise in the configuration than here; the others are the same, in snake case. */
const NAMES: Readonly<Record<string, string>> = {
  idle: 'idle_minutes',
  maxDeliveryAge: 'max_delivery_age_hours',
  maxFileBytes: 'media.max_mb',
  steamApiKey: 'steam.api_key',
  modLog: 'mod_log',
  'mqtt.urls': 'mqtt.url',
  'mqtt.protocolVersion': 'mqtt.protocol',
  'mqtt.topicPrefix': 'topic_prefix',
  'mqtt.meta': 'meta',
  'mqtt.dialect': 'dialect',
  'store.maxBytes': 'store.max_mb',
  'flood.user': 'flood.user_per_minute',
  'flood.server': 'flood.server_per_minute',
  'moderation.mute': 'moderation.mute_seconds',
  'log.levels': 'log_level',
  'log.format': 'log_format',
};

/** Sections that are compared key by key. */
const SECTIONS: ReadonlySet<string> = new Set(['mqtt', 'store', 'flood', 'moderation', 'accounts', 'http', 'log']);

/**
 * Compares the configuration of a bridge with another one.
 * @param servers the ids of its virtual servers, which stay as they are
 * @throws {ControlError} when nothing less than a restart would do
 */
export function changesBetween(before: Config, next: Config, servers: ReadonlySet<string>): Changes {
  if (isPrivate(before) !== isPrivate(next))
    throw new ControlError('Between a bridge for this machine alone and one for others lies a restart.');
  const adapters = next.adapters.flatMap((adapter): AdapterConfig[] => {
    const old = before.adapters.find(({ id }) => id === adapter.id);
    if (old && old.module.type !== adapter.module.type)
      throw new ControlError(
        `adapters.${adapter.id}.type: it can't change while the bridge runs; give the new adapter a name of its own.`,
      );
    // All but its own keys is as it was.
    if (old) return [{ ...old, config: adapter.config }];
    return servers.has(adapter.serverId) ? [adapter] : [];
  });
  const isThere = (id: string) => adapters.some((adapter) => adapter.id === id);
  const channels = next.channels.map((channel) => ({
    ...channel,
    rooms: channel.rooms.filter(({ adapter }) => isThere(adapter)),
  }));
  const { maxDeliveryAge, flood, gameReactions, logWhispers, modLog, notes } = next;
  const config: Config = {
    ...before,
    maxDeliveryAge,
    flood,
    gameReactions,
    logWhispers,
    modLog: modLog && isThere(modLog.adapter) ? modLog : undefined,
    moderation: { ...next.moderation, banReason: before.moderation.banReason },
    log: { ...before.log, levels: next.log.levels },
    notes,
    adapters,
    channels,
  };
  return {
    config,
    applied: differences(before, config),
    held: [...differences(config, next), ...heldAdapters(adapters, next)],
    channels: compared(before.channels, channels, ({ name }) => name),
    adapters: compared(before.adapters, adapters, ({ id }) => id),
  };
}

/** Whether a configuration serves nobody but its operator. */
export function isPrivate({ adapters }: Pick<Config, 'adapters'>): boolean {
  return adapters.every(({ module }) => module.everywhere);
}

function heldAdapters(adapters: readonly AdapterConfig[], next: Config): string[] {
  const held = next.adapters.flatMap(({ id, serverId, credentials }) => {
    const own = adapters.find((adapter) => adapter.id === id);
    if (own === undefined) return [`adapters.${id}`];
    return [
      ...(own.serverId === serverId ? [] : ['server_id']),
      ...(isDeepStrictEqual(own.credentials, credentials) ? [] : [`adapters.${id}.mqtt`]),
    ];
  });
  return [...new Set(held)];
}

/** The names of the keys that are not the same, but for adapters and channels. */
function differences(one: Config, other: Config): string[] {
  const [before, after] = [flat(one), flat(other)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  const changed = paths.filter((path) => !isDeepStrictEqual(before.get(path), after.get(path)));
  return changed.map((path) => NAMES[path] ?? path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function flat({ adapters: _adapters, channels: _channels, notes: _notes, ...rest }: Config): Map<string, unknown> {
  return new Map(
    Object.entries(rest).flatMap(([key, value]: [string, unknown]) =>
      SECTIONS.has(key) && value !== undefined
        ? Object.entries(value as object).map(([inner, of]: [string, unknown]) => [`${key}.${inner}`, of] as const)
        : [[key, value] as const],
    ),
  );
}

function compared<T>(before: readonly T[], next: readonly T[], keyOf: (one: T) => string): Compared<T> {
  const old = new Map(before.map((one) => [keyOf(one), one]));
  const kept = new Set(next.map(keyOf));
  return {
    added: next.filter((one) => !old.has(keyOf(one))),
    removed: before.filter((one) => !kept.has(keyOf(one))),
    changed: next.filter((one) => old.has(keyOf(one)) && !isDeepStrictEqual(old.get(keyOf(one)), one)),
  };
}
