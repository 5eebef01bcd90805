/** A part of a file, as players of videos ask for it. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests */
import { Transform } from 'node:stream';

/** From the first byte up to and with the last one. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** The one range that a header asks for; undefined where all of it is to be sent, `none` where there is no such part. */
export function rangeIn(header: string | undefined, size: number): Range | 'none' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return to === '0' || size === 0 ? 'none' : { first: Math.max(0, size - Number(to)), last: size - 1 };
  const first = Number(from);
  const last = Math.min(to === '' ? size - 1 : Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? 'none' : { first, last };
}

/** Lets a part of what flows through it pass, and ends there. With more than `most` bytes coming, it fails. */
export function cut({ first, last }: Range, most: number): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const begin = Math.max(0, first - at);
      const end = Math.max(0, last + 1 - at);
      at += chunk.length;
      if (at > most) return done(new Error('the file is larger than it may be'));
      const part = chunk.subarray(begin, end);
      if (part.length > 0) this.push(part);
      if (at > last) this.push(null);
      done();
    },
  });
}
