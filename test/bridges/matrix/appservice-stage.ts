/** What the tests of appservice mode share: a homeserver that knows the bridge, and bridges that it reaches. */
import { randomBytes } from 'node:crypto';
import { matrix } from '../../../bridges/matrix/index.ts';
import { HttpServer } from '../../../src/http/server.ts';
import { sdkClient } from '../../doubles/matrix/client.ts';
import { MatrixDouble } from '../../doubles/matrix/index.ts';
import { type AppserviceKeys, appserviceKeys, registrationFor } from '../../support/appservice-keys.ts';
import { testHost } from '../../support/host.ts';
import { MatrixPerson } from '../../support/matrix-person.ts';
import type { Bridge, MatrixSite, Person, StageOptions } from './stage.ts';

/** A homeserver that takes the bridge for an appservice. */
export interface AppserviceSite extends MatrixSite {
  /** What the homeserver has been told of the bridge: one that no test has used yet. */
  appservice(more?: Readonly<Record<string, unknown>>): Promise<AppserviceKeys>;
}

interface AppserviceOptions extends StageOptions {
  /** Another appservice than that of the stage. */
  readonly keys?: AppserviceKeys;
}

/** One homeserver with people and bridges, for one test. */
export class AppserviceStage {
  readonly site: AppserviceSite;
  readonly keys: AppserviceKeys;
  readonly #run = `h5_${randomBytes(4).toString('hex')}`;
  readonly #people: MatrixPerson[] = [];
  readonly #running = new Set<() => Promise<void>>();

  private constructor(site: AppserviceSite, keys: AppserviceKeys) {
    this.site = site;
    this.keys = keys;
  }

  static async open(site: AppserviceSite): Promise<AppserviceStage> {
    return new AppserviceStage(site, await site.appservice());
  }

  /** The user id of the bridge itself. */
  get botId(): string {
    return `@${this.prefix}bot:${this.keys.server_name}`;
  }

  /** What the names of all ghosts begin with. */
  get prefix(): string {
    return String(this.keys['ghosts']).split('{')[0] ?? '';
  }

  /** The id of the ghost of a player, or with a dot before its home, of somebody else. */
  ghost(home: string, who: string): string {
    return `@${this.prefix}${home}_${who}:${this.keys.server_name}`;
  }

  /** A name that nothing on the server has yet. */
  unused(name: string): string {
    return `${this.#run}_${name}`;
  }

  async person(name: string): Promise<Person> {
    const { id, token } = await this.site.account(this.unused(name));
    const client = sdkClient(this.site.url, token);
    await client.setDisplayName(name);
    const eyes = new MatrixPerson(this.site.url, { id, token });
    this.#people.push(eyes);
    return { id, client, eyes };
  }

  /** A bridge in these rooms, not yet started, that the homeserver does not reach yet. */
  bridge(
    rooms: readonly string[],
    { config, keys = this.keys, ...options }: AppserviceOptions = {},
  ): Bridge & { serve(): Promise<void>; stop(): Promise<void> } {
    const host = testHost({ id: 'matrix', ...options, rooms });
    const parsed = matrix.schema.parse({ homeserver_url: this.site.url, appservice: keys, ...config });
    const adapter = matrix.create(parsed, host);
    let http: HttpServer | undefined;
    const stop = async () => {
      this.#running.delete(stop);
      await Promise.all([http?.stop(), adapter.stop()]);
    };
    this.#running.add(stop);
    const serve = async () => {
      const { clock, log } = host;
      http = await HttpServer.start({
        host: '127.0.0.1',
        port: Number(new URL(keys.url).port),
        routes: adapter.routes ?? [],
        clock,
        log,
      });
    };
    return { host, adapter, serve, stop };
  }

  /** A bridge in these rooms that works. */
  async started(rooms: readonly string[], options: AppserviceOptions = {}): Promise<Bridge & { stop(): Promise<void> }> {
    const bridge = this.bridge(rooms, options);
    await bridge.serve();
    await bridge.adapter.start();
    return bridge;
  }

  async close(): Promise<void> {
    await Promise.all([...[...this.#running].map((stop) => stop()), ...this.#people.map((person) => person.close())]);
    await this.site.close();
  }
}

/** A stage with Carol, and a public room of hers. */
export async function openWithCarol(
  openSite: () => Promise<AppserviceSite>,
): Promise<{ stage: AppserviceStage; carol: Person; room: string }> {
  const stage = await AppserviceStage.open(await openSite());
  const carol = await stage.person('carol');
  return { stage, carol, room: await carol.client.createRoom({ preset: 'public_chat' }) };
}

/** Who says something: their id and name. */
export function author(id: string, name: string) {
  return { author: { id, name } };
}

/** The stand-in homeserver. */
export async function openAppserviceDouble(): Promise<{ matrix: MatrixDouble; site: AppserviceSite }> {
  const double = await MatrixDouble.start();
  const site = {
    url: double.url,
    hasRoomSummaries: true,
    account: (name: string) => Promise.resolve(double.addUser(name)),
    appservice: async (more = {}) => {
      const keys = { ...(await appserviceKeys(double.serverName)), ...more };
      double.addAppservice(registrationFor(keys));
      return keys;
    },
    close: () => double.stop(),
  };
  return { matrix: double, site };
}
