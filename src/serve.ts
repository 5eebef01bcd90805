/** What the bridge serves by HTTP, and the files that stand behind it. */
import type { Logger } from 'pino';
import { Pictures } from './avatars/pictures.ts';
import type { Clock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import type { Route } from './http/route.ts';
import { HttpServer, ListenError } from './http/server.ts';
import { isEverywhere } from './http/url.ts';
import { linkKey } from './media/links.ts';
import { Media } from './media/media.ts';
import type { Store } from './store/store.ts';
import { uploadsOf } from './store/uploads.ts';

interface Surroundings {
  readonly config: Pick<Config, 'http' | 'maxFileBytes'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes what stands between files and those who want them. */
export async function openMedia({ config, clock, log }: Surroundings, { database, writer, memory }: Store): Promise<Media> {
  const publicUrl = config.http?.publicUrl;
  return new Media({
    pictures: new Pictures({ publicUrl, fetch }),
    maxBytes: config.maxFileBytes,
    publicUrl,
    key: await linkKey(memory('media')),
    uploads: uploadsOf(database, writer),
    clock,
    log,
  });
}

/**
 * Listens, where the configuration asks for it.
 * @param isPrivate whether nobody has to know the port beforehand: then it can be another one
 * @throws {ConfigError} when it can't
 */
export async function serve(
  { config, clock, log }: Surroundings,
  routes: readonly Route[],
  isPrivate = false,
): Promise<HttpServer | undefined> {
  if (!config.http) return undefined;
  const common = { ...config.http, routes, clock, log };
  try {
    const http = await HttpServer.start(common).catch((error: unknown) => {
      if (isPrivate && isTaken(error)) return HttpServer.start({ ...common, port: 0 });
      throw error;
    });
    const everywhere = isEverywhere(config.http.host) ? ', and on all other addresses of this machine' : '';
    log.info(`The bridge serves HTTP at ${http.url}${everywhere}`);
    return http;
  } catch (error) {
    throw error instanceof ListenError ? new ConfigError([error.message]) : error;
  }
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof ListenError && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'EADDRINUSE'
  );
}
