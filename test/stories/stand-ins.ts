/** Where stories can happen without any real server: the embedded broker, and a homeserver that is a double. */
import { pino } from 'pino';
import { startBroker } from '../../src/broker.ts';
import { MatrixDouble } from '../doubles/matrix/index.ts';
import { appserviceKeys, registrationFor } from '../support/appservice-keys.ts';
import type { Site } from './world.ts';

/** Bridges are accounts that speak for everybody on Matrix. */
export async function standIns(): Promise<Site> {
  return (await open()).site;
}

/** Bridges are appservices: everybody is a Matrix user of their own. */
export async function appserviceStandIns(): Promise<Site> {
  const { site, matrix } = await open();
  const appservice = async () => {
    const keys = await appserviceKeys(matrix.serverName);
    matrix.addAppservice(registrationFor(keys));
    return keys;
  };
  return { ...site, matrix: { ...site.matrix, appservice } };
}

/** The embedded broker, which lets in any server. */
export async function embeddedBroker(): Promise<Site['broker']> {
  const log = pino({ level: 'silent' });
  let broker = await startBroker({ port: 0, log });
  const { url } = broker;
  return {
    url,
    credentials: () => undefined,
    stop: () => broker.stop(),
    start: async () => {
      broker = await startBroker({ port: Number(new URL(url).port), log });
    },
  };
}

async function open(): Promise<{ readonly site: Site; readonly matrix: MatrixDouble }> {
  const matrix = await MatrixDouble.start();
  const broker = await embeddedBroker();
  const site = {
    broker,
    matrix: {
      url: matrix.url,
      account: async (localpart: string) => matrix.addUser(localpart),
      violations: () => matrix.violations,
    },
    close: async () => {
      await matrix.stop();
      await broker.stop?.();
    },
  };
  return { site, matrix };
}
