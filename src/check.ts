/** What `crosschat-bridge check` finds: it tries every connection. */
import type { Logger } from 'pino';
import type { Finding, MediaReader, Route } from './adapter.ts';
import { systemClock } from './clock.ts';
import { noCommands } from './command.ts';
import { type Config, ConfigError } from './config.ts';
import { storedMap } from './control/stored-map.ts';
import { CrossChat, probe, type Status, watchStatus } from './crosschat/index.ts';
import { HttpServer } from './http/server.ts';
import { urlAt } from './http/url.ts';
import { virtualServerOptions } from './virtual-server-options.ts';

/**
 * Checks everything that a configuration names. Nobody in a room or a game sees any of it, and a bridge that runs with the same
 * configuration is not disturbed.
 */
export async function* findings(config: Config, log: Logger): AsyncIterable<Finding> {
  let faults = 0;
  if (config.mqtt.urls.length === 0)
    yield { ok: true, text: 'No MQTT broker is configured: the bridge will run one of its own.' };
  else
    for await (const finding of probeAll(config)) {
      if (!finding.ok) faults++;
      yield finding;
    }
  if (config.standby && faults === 0) yield* lookForOthers(config);

  const { map, findings: ofRooms } = await storedMap(config, log);
  yield* ofRooms;
  for (const { id, module, config: settings, serverId } of config.adapters) {
    const adapter = module.create(settings, {
      id,
      // Moderators may read along in a room that is in no channel.
      rooms: [...new Set([...map.roomsOf(id), ...(config.modLog?.adapter === id ? [config.modLog.room] : [])])],
      channelsOf: (room) => map.channelsOf({ adapter: id, room }),
      log,
      clock: systemClock,
      random: Math.random,
      // What it does is to leave no trace.
      memory: { get: async () => undefined, set: async () => {} },
      folder: undefined,
      media: noFiles,
      // It is never started: only its name is asked for.
      chat: new CrossChat({ serverId, urls: ['mqtt://127.0.0.1'], allowAnonymous: true }),
      message: async () => {},
      direct: async () => {},
      edit: async () => {},
      remove: async () => {},
      react: async () => {},
      typing: () => {},
      profile: () => {},
      left: () => {},
      addRoom: async () => {},
      hears: () => false,
      speakers: () => [],
      linkedUser: () => undefined,
      whyBarred: () => undefined,
      webUrl: webUrlOf(config),
      commands: noCommands,
      health: () => [],
      noted: async () => false,
      shutdown: () => {},
    });
    const http = await answering(config, adapter.routes ?? [], log);
    yield* adapter.check();
    await Promise.all([http?.stop(), adapter.stop()]);
  }
}

/** Lets a platform that reaches the bridge by HTTP do so for the moment. Where a bridge runs already, that one answers. */
function answering({ http }: Config, routes: readonly Route[], log: Logger): Promise<HttpServer | undefined> {
  if (!http || routes.length === 0) return Promise.resolve(undefined);
  return HttpServer.start({ ...http, routes, clock: systemClock, log }).catch(() => undefined);
}

/** Where people will reach it. */
function webUrlOf({ http }: Config): string | undefined {
  return http && (http.publicUrl ?? urlAt(http.host, http.port));
}

/** Nothing is shown, so no file is read. */
const noFiles: MediaReader = {
  serve: async () => ({ status: 404 }),
  pictureOf: () => undefined,
  pictureUrl: () => undefined,
  maxBytes: 0,
  load: (files, _maxBytes, _signal, use) => use(files.map(() => undefined)),
  uploaded: async () => undefined,
  noteUpload: () => {},
};

/** Whether an instance that is started now would be active, or stand by. */
async function* lookForOthers(config: Config): AsyncIterable<Finding> {
  const [lead] = virtualServerOptions(config, config.mqtt);
  if (lead === undefined) return;
  let text = '';
  const seen = new AbortController();
  const listener = {
    seen(status: Status | undefined) {
      text = status?.started
        ? `An instance is active as ${lead.serverId}. One with standby that is started now waits until that is gone.`
        : `No instance is active as ${lead.serverId}. One that is started now takes over.`;
      seen.abort();
    },
    blind: () => seen.abort(),
  };
  await watchStatus(lead, listener, seen.signal);
  if (text !== '') yield { ok: true, text };
}

/** What each virtual server finds at each address of the broker. */
async function* probeAll(config: Config): AsyncIterable<Finding> {
  try {
    for (const options of virtualServerOptions(config, config.mqtt)) yield* probe(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const text of error.problems) yield { ok: false, text };
  }
}
