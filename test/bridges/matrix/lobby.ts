/** A stand-in homeserver with Carol and a room of hers, and a stage for bridges. */
import { expect } from 'vitest';
import type { MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { AppserviceStage, openAppserviceDouble } from './appservice-stage.ts';
import { openDouble } from './double.ts';
import { Stage } from './stage.ts';

interface Lobby<S> {
  readonly matrix: MatrixDouble;
  readonly stage: S;
  readonly carol: TestUser;
  readonly room: TestRoom;
  /** Fails where something was asked that the specification forbids. */
  close(): Promise<void>;
}

/** Where bridges are bots. */
export async function openLobby(alias?: string): Promise<Lobby<Stage>> {
  const { matrix, site } = await openDouble();
  return furnished(matrix, await Stage.open(site), alias);
}

/** Where bridges are appservices. */
export async function openAppserviceLobby(): Promise<Lobby<AppserviceStage>> {
  const { matrix, site } = await openAppserviceDouble();
  return furnished(matrix, await AppserviceStage.open(site));
}

function furnished<S extends { close(): Promise<void> }>(matrix: MatrixDouble, stage: S, alias?: string): Lobby<S> {
  const carol = matrix.addUser('carol');
  const room = matrix.addRoom({ creator: carol, ...(alias !== undefined && { alias }) });
  const close = async () => {
    await stage.close();
    expect(matrix.violations).toEqual([]);
  };
  return { matrix, stage, carol, room, close };
}
