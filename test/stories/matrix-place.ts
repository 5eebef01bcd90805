/** The Matrix of a story: a room, and Carol, who is in it. */
import { expect } from 'vitest';
import type { MatrixPerson, MatrixSighting } from '../support/matrix-person.ts';

/** The Matrix room, and Carol, who is in it. */
export class MatrixPlace {
  readonly roomId: string;
  readonly #carol: MatrixPerson;

  constructor(carol: MatrixPerson, roomId: string) {
    this.#carol = carol;
    this.roomId = roomId;
  }

  get userId(): string {
    return this.#carol.id;
  }

  get carol(): MatrixPerson {
    return this.#carol;
  }

  /** Carol says something. Gives its id. */
  says(content: string | Record<string, unknown>): Promise<string> {
    return this.#carol.says(this.roomId, content);
  }

  /** Carol reacts to a message. Gives the reaction's id. */
  reacts(eventId: string, key: string): Promise<string> {
    return this.#carol.reacts(this.roomId, eventId, key);
  }

  /** Carol takes back what she said, or a reaction. */
  takesBack(id: string): Promise<void> {
    return this.#carol.takesBack(this.roomId, id);
  }

  /** Carol types, for so many milliseconds; with 0, no more. */
  types(timeout?: number): Promise<void> {
    return this.#carol.types(this.roomId, timeout);
  }

  /** Who else was seen to type in the room. */
  typists(): readonly string[] {
    return this.#carol.typistsIn(this.roomId);
  }

  /** Waits until exactly these others type in the room. */
  waitForTypists(...userIds: string[]): Promise<void> {
    return this.#carol.waitForTypists(this.roomId, userIds);
  }

  /** Carol goes to another room. Gives its id. */
  joins(room: string): Promise<string> {
    return this.#carol.join(room);
  }

  /** Waits for words in another room that Carol is in. */
  waitForIn(room: string, words: string): Promise<MatrixSighting> {
    return this.#carol.waitFor(room, words);
  }

  /** What the bridges said in another room so far. */
  heardIn(room: string): string[] {
    return this.#carol.heard(room);
  }

  /** Carol says something in another room. */
  saysIn(room: string, text: string): Promise<string> {
    return this.#carol.says(room, text);
  }

  /** Waits until the bridges react to a message with exactly this. */
  waitForReactions(eventId: string, ...keys: string[]): Promise<void> {
    return this.#carol.waitForReactions(eventId, keys);
  }

  /** What stands in the room now, oldest first. */
  standing(): ReturnType<MatrixPerson['standing']> {
    return this.#carol.standing(this.roomId);
  }

  /** Carol has another picture, and everybody in the room can see it: Synapse tells rooms later. */
  async looksLike(picture: Uint8Array, type: string): Promise<void> {
    const avatar_url = await this.#carol.looksLike(picture, type);
    await expect.poll(() => this.#carol.stateOf(this.roomId, 'm.room.member', this.userId)).toMatchObject({ avatar_url });
  }

  async leaves(): Promise<void> {
    await this.#carol.leave(this.roomId);
  }

  /** Carol sends a file. Gives the event's id. */
  async sendsFile(content: string | Uint8Array, event: Record<string, unknown>): Promise<string> {
    const { mimetype = 'text/plain' } = (event['info'] ?? {}) as { mimetype?: string };
    return this.says({ ...event, url: await this.#carol.upload(content, mimetype) });
  }

  /** What is in a file that was shown. */
  download(mxc: unknown): Promise<string> {
    return this.#carol.download(mxc);
  }

  /** The first file of this name that a bridge shows. */
  waitForFile(filename: string): Promise<MatrixSighting> {
    return this.#carol.sees.waitFor(({ content }) => content['filename'] === filename);
  }

  waitFor(words: string, timeout?: number): Promise<MatrixSighting> {
    return this.#carol.sees.waitFor(({ sender, body }) => sender !== this.#carol.id && body.includes(words), timeout);
  }

  /** The plain texts that the bridges said in the room so far. */
  heard(): string[] {
    return this.#carol.heard(this.roomId);
  }

  close(): Promise<void> {
    return this.#carol.close();
  }
}
