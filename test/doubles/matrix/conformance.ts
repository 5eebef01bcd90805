/** What a homeserver does for its clients. The same tests run on the double and on Synapse: where they differ, the double is wrong. */
import { randomBytes } from 'node:crypto';
import type { MatrixClient } from 'matrix-bot-sdk';
import { afterAll, beforeAll, describe } from 'vitest';
import { sdkClient, silenceSdk } from './client.ts';
import { accountTests } from './conformance/account.ts';
import { eventTests } from './conformance/events.ts';
import { membershipTests } from './conformance/membership.ts';
import { relationTests } from './conformance/relations.ts';
import { syncTests } from './conformance/sync.ts';

/** A user with a token. */
interface Account {
  readonly id: string;
  readonly token: string;
  readonly password: string;
}

/** A homeserver to be tested. */
export interface Target {
  readonly url: string;
  readonly serverName: string;
  /** Makes a user whose display name is their local part. */
  addUser(localpart: string): Promise<Account>;
  close(): Promise<void>;
}

/** A user with a client. */
export interface Person extends Account {
  readonly localpart: string;
  readonly client: MatrixClient;
}

/** What the tests share. */
export interface Stage {
  readonly url: string;
  readonly serverName: string;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  /** A name that nothing on the server has yet. */
  unused(): string;
  /** A room that alice made and bob is in; anybody may join it. */
  publicRoom(options?: object): Promise<string>;
}

/** Declares the tests. */
export function conformance(name: string, open: () => Promise<Target>): void {
  describe(`${name} as a homeserver`, () => {
    let target: Target | undefined;
    let people: Readonly<Record<'alice' | 'bob' | 'carol', Person>> | undefined;
    // The server may be shared, and may have seen an earlier run.
    const run = `h3_${randomBytes(4).toString('hex')}`;
    let names = 0;

    beforeAll(async () => {
      silenceSdk();
      const opened = await open();
      target = opened;
      const person = async (short: string): Promise<Person> => {
        const localpart = `${run}_${short}`;
        const account = await opened.addUser(localpart);
        return { ...account, localpart, client: sdkClient(opened.url, account.token) };
      };
      people = { alice: await person('alice'), bob: await person('bob'), carol: await person('carol') };
    });
    afterAll(() => target?.close());

    const opened = <T>(value: T | undefined): T => {
      if (value === undefined) throw new Error('The homeserver is not open yet');
      return value;
    };
    const stage: Stage = {
      get url() {
        return opened(target).url;
      },
      get serverName() {
        return opened(target).serverName;
      },
      get alice() {
        return opened(people).alice;
      },
      get bob() {
        return opened(people).bob;
      },
      get carol() {
        return opened(people).carol;
      },
      unused() {
        names += 1;
        return `${run}_${names}`;
      },
      async publicRoom(options = {}) {
        const roomId = await this.alice.client.createRoom({ preset: 'public_chat', ...options });
        await this.bob.client.joinRoom(roomId);
        return roomId;
      },
    };
    accountTests(stage);
    membershipTests(stage);
    eventTests(stage);
    relationTests(stage);
    syncTests(stage);
  });
}
