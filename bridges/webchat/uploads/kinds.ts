/** What a file is: by what stands in it, and never by what its name or its sender says. Pure. */
import { safeFileName } from '../../../src/text/file-name.ts';

/** A kind of file. */
export interface Kind {
  /** The ending under which it is kept. */
  readonly ending: string;
  readonly type: string;
  /** The endings that a name may have for it, the usual one first. */
  readonly endings: readonly string[];
}

/** So many of the first bytes tell what a file is. */
export const HEAD_BYTES = 64;

const kind = (type: string, ...endings: readonly [string, ...string[]]): Kind => ({ ending: endings[0], type, endings });

const PNG = kind('image/png', 'png', 'apng');
const JPEG = kind('image/jpeg', 'jpg', 'jpeg', 'jfif');
const GIF = kind('image/gif', 'gif');
const WEBP = kind('image/webp', 'webp');
const AVIF = kind('image/avif', 'avif');
const WAV = kind('audio/wav', 'wav');
const MP3 = kind('audio/mpeg', 'mp3');
const M4A = kind('audio/mp4', 'm4a');
const FLAC = kind('audio/flac', 'flac');
const OGG = kind('audio/ogg', 'ogg', 'oga', 'opus', 'ogv');
const MP4 = kind('video/mp4', 'mp4', 'm4v');
const MOV = kind('video/quicktime', 'mov', 'qt');
const WEBM = kind('video/webm', 'webm', 'mkv');
const PDF = kind('application/pdf', 'pdf');
const ZIP = kind('application/zip', 'zip', 'jar', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'apk', 'epub', 'gma');
/** Anything else: a text, a program, a picture in which scripts could stand. Browsers are told to store it and nothing more. */
const OTHER = kind('application/octet-stream', 'bin');

const KINDS = [PNG, JPEG, GIF, WEBP, AVIF, WAV, MP3, M4A, FLAC, OGG, MP4, MOV, WEBM, PDF, ZIP, OTHER];

/** How they begin, where nothing but the beginning tells. */
const BEGINNINGS: readonly (readonly [beginning: string, kind: Kind])[] = [
  ['\x89PNG\r\n\x1a\n', PNG],
  ['\xff\xd8\xff', JPEG],
  ['GIF87a', GIF],
  ['GIF89a', GIF],
  ['ID3', MP3],
  ['\xff\xfb', MP3],
  ['fLaC', FLAC],
  ['OggS', OGG],
  ['\x1a\x45\xdf\xa3', WEBM],
  ['%PDF-', PDF],
  ['PK\x03\x04', ZIP],
];

/** What a file is. @param head its first {@link HEAD_BYTES}, or all where it has fewer */
export function kindOf(head: Buffer): Kind {
  const text = head.toString('latin1');
  const known = BEGINNINGS.find(([beginning]) => text.startsWith(beginning));
  if (known !== undefined) return known[1];
  if (text.startsWith('RIFF')) return { WEBP, WAVE: WAV }[text.slice(8, 12)] ?? OTHER;
  return text.slice(4, 8) === 'ftyp' ? isoKind(text.slice(8, 12)) : OTHER;
}

/** The kind of which files are kept under this ending; undefined where there is none. */
export function kindCalled(ending: string): Kind | undefined {
  return KINDS.find((one) => one.ending === ending);
}

/** A name as others see it: with an ending that fits what the file is, so that no program takes it for something else. */
export function fittingName(name: string, { type, endings }: Kind): string {
  const safe = safeFileName(name);
  const ending = /\.([^.]{1,12})$/u.exec(safe)?.[1]?.toLowerCase() ?? '';
  return type === OTHER.type || endings.includes(ending) ? safe : safeFileName(`${safe}.${endings[0]}`);
}

/** By its brand. https://mp4ra.org/registered-types/brands */
function isoKind(brand: string): Kind {
  if (brand === 'avif' || brand === 'avis') return AVIF;
  if (brand === 'qt  ') return MOV;
  if (brand.startsWith('M4A') || brand.startsWith('M4B')) return M4A;
  return /^(?:isom|iso\d|mp4\d|avc1|M4V |dash|MSNV)$/.test(brand) ? MP4 : OTHER;
}
