/** A place to talk: a broker, the game server alpha, and the settings of a bridge with a web chat between them. */
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Broker, startBroker } from '../../src/broker.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from './game-server.ts';

/** Starts it; all of it ends with the test. */
export async function startPlace(): Promise<{ broker: Broker; alpha: GameServer; raw: Record<string, unknown> }> {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.stop());
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    http: { port: 0 },
    adapters: { webchat: { guests: true } },
    channels: [{ name: 'main', rooms: { webchat: 'main' } }],
  };
  return { broker, alpha, raw };
}
