/** What a request holds that shows something. */
import type { RawFile } from 'discord.js';
import type { Content } from './outgoing.ts';

/** A file on its way to Discord. */
export interface Upload {
  readonly file: RawFile;
  readonly description: string | undefined;
}

/** A text, with exactly those who may be pinged by it. https://discord.com/developers/docs/resources/message#allowed-mentions-object */
export function spoken({ text, users, flags }: Content) {
  return { content: text, allowed_mentions: { parse: [], users }, ...(flags !== undefined && { flags }) };
}

/** What is said of the files that go with it: all that the message has from then on. https://discord.com/developers/docs/reference#uploading-files */
export function attached(uploads: readonly Upload[]) {
  const attachments = uploads.map(({ file, description }, id) => ({
    id: String(id),
    filename: file.name,
    ...(description !== undefined && { description }),
  }));
  return { attachments };
}

/** The files themselves, for the request's options. */
export function filesOf(uploads: readonly Upload[]): { files?: RawFile[] } {
  return uploads.length === 0 ? {} : { files: uploads.map(({ file }) => file) };
}
