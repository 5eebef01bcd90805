/** Sends messages with their files, and never lets a file stand in the way of the words. */
import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import type { LoadedFile, MediaReader } from '../../src/adapter.ts';
import type { Attachment } from '../../src/event.ts';
import { codeOf, isDoubtful, refusedFields } from './faults.ts';
import { faceOf, inWords, notThere, tooLarge } from './files-out.ts';
import type { Upload } from './form.ts';
import type { Content } from './outgoing.ts';

/** So often it is tried to send the same files, when nobody learns what came of it: they may be what takes too long. */
const maxTries = 2;
/** So many of those that nobody learned of are remembered. */
const maxRemembered = 1_000;
/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const maxContent = 2_000;

export class Uploads {
  readonly #media: MediaReader;
  readonly #tries = new Map<string, number>();

  constructor(media: MediaReader) {
    this.#media = media;
  }

  /**
   * Lets `send` have what a message says, with its files. Those that can't be had, or that Discord won't take, are told of in words.
   * @param of names the message: each has tries of its own
   * @param limit so large may a file be, in bytes
   * @throws what `send` throws
   */
  async send<T>(
    of: string,
    content: Content,
    limit: number,
    signal: AbortSignal,
    send: (content: Content, uploads: readonly Upload[]) => Promise<T>,
  ): Promise<T> {
    const { files = [] } = content;
    if (files.length === 0) return send(content, []);
    const inWordsOnly = () => send(withWords(content, files, limit), []);
    if ((this.#tries.get(of) ?? 0) >= maxTries) return inWordsOnly();
    try {
      return await this.#media.load(files, limit, signal, (loaded) => {
        const missing = files.filter((_, index) => loaded[index] === undefined);
        return send(withWords(content, missing, limit), uploadsOf(files, loaded));
      });
    } catch (error) {
      if (isFileRefused(error)) return inWordsOnly();
      if (isDoubtful(error)) this.#count(of);
      throw error;
    }
  }

  #count(of: string): void {
    this.#tries.set(of, (this.#tries.get(of) ?? 0) + 1);
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > maxRemembered && oldest !== undefined) this.#tries.delete(oldest);
  }
}

function uploadsOf(files: readonly Attachment[], loaded: readonly (LoadedFile | undefined)[]): Upload[] {
  return files.flatMap((file, index): Upload[] => {
    const found = loaded[index];
    if (found === undefined) return [];
    const { name, description } = faceOf({ mimeType: found.type, ...file });
    return [{ file: { name, data: found.bytes, contentType: found.type }, description }];
  });
}

/** A content with words for files that are not there. Where there is no room for calling somebody as well, nobody is called. */
function withWords(content: Content, missing: readonly Attachment[], limit: number): Content {
  if (missing.length === 0) return content;
  const words = inWords(missing, ({ size = 0 }) => (size > limit ? tooLarge : notThere));
  const add = (text: string) => `${text}${text === '' ? '' : '\n'}${words}`;
  const text = add(content.text);
  const plain = add(content.plain);
  return text.length <= maxContent ? { ...content, text, plain } : { ...content, text: plain, plain, users: [] };
}

/** Whether Discord, or a proxy before it, would take the message without its files. */
function isFileRefused(error: unknown): boolean {
  if ((error instanceof DiscordAPIError || error instanceof HTTPError) && error.status === 413) return true;
  if (codeOf(error) === RESTJSONErrorCodes.ExplicitContentCannotBeSentToTheDesiredRecipient) return true;
  return refusedFields(error).some((field) => field === 'attachments' || field === 'files');
}
