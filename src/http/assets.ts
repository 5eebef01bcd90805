/** Scripts, styles and pictures of a page: read once, compressed, under an address that changes with them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { HttpAnswer } from './route.ts';
import { refusal } from './server.ts';

/** The files of a page. */
export interface Assets {
  /** What stands before their names: with other contents, it is another one. */
  readonly version: string;
  /** Names: `chat/main.js`, `parts/base.css`. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
  /** Serves one. @param path `<version>/<name>` */
  answer(path: string, headers: IncomingHttpHeaders): HttpAnswer;
}

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The folder of this package: what is compiled lies below `dist`, whoever asks. */
const project = dirname(createRequire(import.meta.url).resolve('crosschat-bridge/package.json'));

/**
 * Reads the files of a page.
 * @param folders below `web`: the page's own, and those whose parts it uses
 * @throws when they are not there: then the pages were not built
 */
export function loadAssets(folders: readonly string[]): Assets {
  const files = new Map<string, Asset>();
  for (const folder of folders) {
    for (const [root, endings] of [['dist/web', /\.js$/] as const, ['web', /\.(?:css|svg)$/] as const]) {
      for (const name of readdirSync(join(project, root, folder)).sort()) {
        if (!endings.test(name)) continue;
        const bytes = readFileSync(join(project, root, folder, name));
        const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
        files.set(`${folder}/${name}`, { type, bytes, packed: gzipSync(bytes) });
      }
    }
  }
  const hash = createHash('sha256');
  for (const [name, { bytes }] of files) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  const version = hash.digest('base64url').slice(0, 16);
  const ending = (with_: string) => [...files.keys()].filter((name) => name.endsWith(with_));
  return {
    version,
    scripts: ending('.js'),
    styles: ending('.css'),
    answer(path, headers) {
      const file = path.startsWith(`${version}/`) ? files.get(path.slice(version.length + 1)) : undefined;
      return file ? answerWith(file, headers) : refusal(404, 'There is no such file.');
    },
  };
}

function answerWith({ type, bytes, packed }: Asset, headers: IncomingHttpHeaders): HttpAnswer {
  const isPacked = /\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) && packed.length < bytes.length;
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    },
    body: isPacked ? packed : bytes,
  };
}
