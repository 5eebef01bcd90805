/** SIGTERM at every stage of the start, with peers that say nothing: it ends in order, and soon. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Recorder } from '../support/host.ts';
import { Program } from './program.ts';

/** A server that takes connections and never says a word. */
async function silentServer(): Promise<{ port: number; connections: Recorder<string> }> {
  const connections = new Recorder<string>();
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    connections.add('connected');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

/** Ends a program as an operator does. */
async function endsInOrder(program: Program): Promise<void> {
  const { code, after } = await program.kill('SIGTERM');
  expect(code, program.output).toBe(0);
  expect(after).toBeLessThan(5_000);
  expect(program.output).not.toMatch(/a fault in the bridge|db-secret/);
}

/** Nothing is there. */
const nowhere = {
  MATRIX_ACCESS_TOKEN: 'secret-token',
  MATRIX_ROOM: '!a:b.example',
  MATRIX_HOMESERVER_URL: 'http://127.0.0.1:9',
  MQTT_URL: 'mqtt://127.0.0.1:9',
  MQTT_ALLOW_ANONYMOUS: 'true',
};

test.each(['false', 'true'])('while PostgreSQL says nothing, with STANDBY=%s', async (STANDBY) => {
  const database = await silentServer();
  const env = {
    ...nowhere,
    DATABASE_URL: `postgres://u:db-secret@127.0.0.1:${database.port}/db`,
    STANDBY,
  };
  const program = new Program([], { env });
  await database.connections.waitFor(() => true);
  await endsInOrder(program);
});

test('while PostgreSQL is not there, standing by', async () => {
  const env = {
    ...nowhere,
    DATABASE_URL: 'postgres://u:db-secret@127.0.0.1:9/db',
    STANDBY: 'true',
  };
  const program = new Program([], { env });
  await program.waitFor('stands by, and tries again');
  await endsInOrder(program);
});

test.each(['false', 'true'])('while the broker says nothing, with STANDBY=%s', async (STANDBY) => {
  const mqtt = await silentServer();
  const env = {
    ...nowhere,
    MQTT_URL: `mqtt://127.0.0.1:${mqtt.port}`,
    STANDBY,
  };
  const program = new Program([], { env });
  await mqtt.connections.waitFor(() => true);
  await endsInOrder(program);
});

test('while a platform says nothing', async () => {
  const homeserver = await silentServer();
  const env = { ...nowhere, MATRIX_HOMESERVER_URL: `http://127.0.0.1:${homeserver.port}` };
  const program = new Program([], { env });
  await homeserver.connections.waitFor(() => true);
  await endsInOrder(program);
});
