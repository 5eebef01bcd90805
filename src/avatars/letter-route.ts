/** Serves generated avatars. Their addresses say what they show, so that nothing has to be kept, and there are not many of them. */
import type { HttpAnswer, Route } from '../http/route.ts';
import { refusal } from '../http/server.ts';
import { Recent } from '../recent.ts';
import { type Drawing, draw, drawingOf } from './letter.ts';

const PREFIX = '/avatar/';
/** So many pictures are kept, of 1 kB each. */
const MAX_KEPT = 256;
const HEADERS = {
  'content-type': 'image/png',
  'cache-control': 'public, max-age=31536000, immutable',
  'cross-origin-resource-policy': 'cross-origin',
};

/** The path of somebody's avatar. @param key what is always the same for the same person */
export function letterPath(key: string, name: string): string {
  const { color, sign } = drawingOf(key, name);
  return `${PREFIX}${color}-${typeof sign === 'number' ? `p${sign.toString(16)}` : sign.codePointAt(0)?.toString(16)}.png`;
}

/** The picture at a path that {@link letterPath} gave; undefined for any other. */
export function letterPicture(path: string): Buffer | undefined {
  const drawing = path.startsWith(PREFIX) ? drawingIn(path.slice(PREFIX.length)) : undefined;
  return drawing && draw(drawing);
}

/** The route under which avatars are served. */
export function letterRoute(): Route {
  const kept = new Recent<string, Buffer>(MAX_KEPT);
  return {
    prefix: PREFIX,
    answer({ path }): HttpAnswer {
      const drawing = drawingIn(path);
      const body = kept.get(path) ?? (drawing && draw(drawing));
      if (body === undefined) return refusal(404, 'There is no such picture.');
      kept.set(path, body);
      return { status: 200, headers: HEADERS, body };
    },
  };
}

/** What an address says; undefined for one that is not ours, or is written otherwise. */
function drawingIn(path: string): Drawing | undefined {
  const [, color, pattern, letter] =
    /^(0|[1-9]\d?)-(?:p(0|[1-9a-f][0-9a-f]{0,3})|([1-9a-f][0-9a-f]{1,3}))\.png$/.exec(path) ?? [];
  if (color === undefined) return undefined;
  if (letter !== undefined) return { color: Number(color), sign: String.fromCodePoint(Number.parseInt(letter, 16)) };
  const bits = Number.parseInt(pattern ?? '', 16);
  return bits > 0x7fff ? undefined : { color: Number(color), sign: bits };
}
