/** A Synapse of a test's own, since appservices are read at its start only. `SYNAPSE_PYTHON` names a Python that has it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const { SYNAPSE_PYTHON: python } = process.env;

/** Whether there is one to start. */
export const hasOwnSynapse = python !== undefined && python !== '';

const MODULE = ['-m', 'synapse.app.homeserver', '-c', 'homeserver.yaml'];
const START_TIME = 120_000;
/** A folder in memory: nobody has to wait until what a test said is on a disk. */
const MEMORY = '/dev/shm';

export class OwnSynapse {
  readonly url: string;
  readonly serverName = 'hs.test';
  readonly secret = 'registration-secret';
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(url: string, folder: string) {
    this.url = url;
    this.#folder = folder;
  }

  /** @param registrations what stands in the files of its appservices: JSON is YAML */
  static async start(registrations: readonly object[]): Promise<OwnSynapse> {
    const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'crosschat-synapse-'));
    const port = await freePort();
    const synapse = new OwnSynapse(`http://127.0.0.1:${port}`, folder);
    const files = registrations.map((registration, index) => {
      const name = `appservice-${index}.yaml`;
      writeFileSync(join(folder, name), JSON.stringify(registration));
      return name;
    });
    writeFileSync(join(folder, 'homeserver.yaml'), JSON.stringify(synapse.#config(port, files)));
    const keys = spawnSync(String(python), [...MODULE, '--generate-keys'], { cwd: folder, encoding: 'utf8' });
    if (keys.status !== 0) throw new Error(`Synapse could not make its keys: ${keys.stderr}`);
    await synapse.up();
    return synapse;
  }

  /** Starts it, again after {@link down}. Resolves when it answers. */
  async up(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a');
    this.#process = spawn(String(python), MODULE, { cwd: this.#folder, stdio: ['ignore', log, log] });
    const end = Date.now() + START_TIME;
    while (!(await fetch(`${this.url}/_matrix/client/versions`).catch(() => undefined))?.ok) {
      if (this.#process.exitCode !== null || Date.now() > end) throw new Error(`Synapse did not start: ${this.log}`);
      await sleep(100);
    }
  }

  /** Ends it; what it knows stays. */
  async down(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    running.kill();
    await once(running, 'exit');
  }

  /** For good. */
  async stop(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The end of what it has logged. */
  get log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-5_000);
  }

  #config(port: number, appservices: readonly string[]): object {
    const free = { per_second: 10_000, burst_count: 10_000 };
    return {
      server_name: this.serverName,
      public_baseurl: `${this.url}/`,
      listeners: [{ type: 'http', port, bind_addresses: ['127.0.0.1'], tls: false, resources: [{ names: ['client'] }] }],
      database: { name: 'sqlite3', args: { database: 'homeserver.db' } },
      signing_key_path: 'signing.key',
      media_store_path: 'media',
      max_upload_size: '50M',
      registration_shared_secret: this.secret,
      macaroon_secret_key: 'macaroon',
      form_secret: 'form',
      report_stats: false,
      trusted_key_servers: [],
      federation_domain_whitelist: [],
      app_service_config_files: appservices,
      // Nobody guesses the passwords of a test, and the time that this takes is most of the time that it takes to make an account.
      bcrypt_rounds: 4,
      presence: { enabled: false },
      rc_message: free,
      rc_registration: free,
      rc_admin_redaction: free,
      rc_media_create: free,
      rc_room_creation: free,
      rc_joins_per_room: free,
      rc_login: { address: free, account: free, failed_attempts: free },
      rc_joins: { local: free, remote: free },
      rc_invites: { per_room: free, per_user: free, per_issuer: free },
    };
  }
}
