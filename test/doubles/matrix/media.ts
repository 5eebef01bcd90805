/** Uploaded files. https://spec.matrix.org/v1.13/client-server-api/#content-repository */

export interface Medium {
  readonly bytes: Buffer;
  readonly type: string;
  readonly name: string | undefined;
}

export class MediaStore {
  /** In bytes. */
  readonly limit: number;
  readonly #media = new Map<string, Medium>();

  constructor(limit: number) {
    this.limit = limit;
  }

  add(id: string, medium: Medium): void {
    this.#media.set(id, medium);
  }

  get(id: string): Medium | undefined {
    return this.#media.get(id);
  }
}

/** Types that a browser may show, and nothing that runs. */
const INLINE =
  /^(text\/(plain|css|csv)|application\/(json|ld\+json)|image\/(jpeg|gif|png|apng|webp|avif)|video\/(mp4|webm|ogg|quicktime)|audio\/(mp4|webm|aac|mpeg|ogg|wave|wav|x-wav|x-pn-wav|flac|x-flac))$/;

/** The headers that go with a file. */
export function mediaHeaders(medium: Medium, name = medium.name): Record<string, string> {
  const disposition = INLINE.test(medium.type) ? 'inline' : 'attachment';
  const parameter = name === undefined ? '' : `; ${fileName(name)}`;
  return {
    'Content-Type':
      medium.type.startsWith('text/') && !medium.type.includes('charset') ? `${medium.type}; charset=UTF-8` : medium.type,
    'Content-Disposition': `${disposition}${parameter}`,
  };
}

function fileName(name: string): string {
  return /^[\w.-]+$/.test(name) ? `filename=${name}` : `filename*=utf-8''${encodeURIComponent(name)}`;
}
