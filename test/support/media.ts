import { Readable } from 'node:stream';
import { pino } from 'pino';
import type { Adapter, UploadedFile } from '../../src/adapter.ts';
import { Pictures } from '../../src/avatars/pictures.ts';
import { systemClock } from '../../src/clock.ts';
import type { AdapterId, Attachment } from '../../src/event.ts';
import { Media, type MediaOptions } from '../../src/media/media.ts';
import type { Uploads } from '../../src/store/uploads.ts';

/** What adapters uploaded, for as long as the test holds it. */
function testUploads(): Uploads {
  const known = new Map<string, UploadedFile>();
  return {
    find: async (adapter, { adapter: from, uri }) => known.get(`${adapter} ${from} ${uri}`),
    note: (adapter, { adapter: from, uri }, file) => void known.set(`${adapter} ${from} ${uri}`, file),
  };
}

/** The files of a bridge, with the adapters that they come from. */
export function testMedia(
  adapters: Readonly<Record<string, Pick<Adapter, 'openMedia'>>> = {},
  options: Partial<MediaOptions> = {},
): Media {
  const media = new Media({
    maxBytes: 50_000_000,
    publicUrl: undefined,
    key: Buffer.alloc(32, 'key'),
    pictures: new Pictures({ publicUrl: undefined, fetch }),
    uploads: testUploads(),
    clock: systemClock,
    log: pino({ level: 'silent' }),
    ...options,
  });
  for (const [id, adapter] of Object.entries(adapters)) media.join(id as AdapterId, adapter);
  return media;
}

/** An adapter's files: by their uri, what is in them. Others are not there. */
export function shelf(files: Readonly<Record<string, string | Buffer>>, type?: string): Pick<Adapter, 'openMedia'> {
  return {
    openMedia: async (uri) => {
      const content = files[uri];
      if (content === undefined) return undefined;
      const bytes = Buffer.from(content);
      return { stream: Readable.from([bytes]), size: bytes.length, type };
    },
  };
}

/** A file that an adapter named `shelf` has. */
export function shelved(uri: string, file: Partial<Attachment> = {}): Attachment {
  return { name: uri, ...file, media: { adapter: 'shelf' as AdapterId, uri } };
}
