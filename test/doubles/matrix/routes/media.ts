/** Files, which since version 1.11 nobody gets without a token. https://spec.matrix.org/v1.13/client-server-api/#content-repository */
import { invalid, MatrixError, notFound, tooLarge } from '../error.ts';
import type { Homeserver } from '../homeserver.ts';
import { type Medium, mediaHeaders } from '../media.ts';
import { type Call, Download, type Router, readInteger } from '../router.ts';

const V1 = '/_matrix/client/v1/media';
const OLD = '/_matrix/media/v3';

export function mediaRoutes(router: Router, { world, media }: Homeserver): void {
  const config = () => ({ 'm.upload.size': media.limit });
  router.user('GET', `${V1}/config`, config);
  router.user('GET', `${OLD}/config`, config);
  router.user('POST', `${OLD}/upload`, (call) => {
    if (call.body.length > media.limit) throw tooLarge('Upload request body is too large');
    const id = world.newId().slice(0, 24);
    const name = call.query.get('filename') ?? undefined;
    media.add(id, { bytes: call.body, type: call.contentType ?? 'application/octet-stream', name });
    return { content_uri: `mxc://${world.serverName}/${id}` };
  });

  const find = (call: Call): Medium => {
    const medium = call.param('server') === world.serverName ? media.get(call.param('media')) : undefined;
    if (!medium) throw notFound(`Not found '${call.path}'`);
    return medium;
  };
  router.user('GET', `${V1}/download/:server/:media`, (call) => download(find(call)));
  router.user('GET', `${V1}/download/:server/:media/:name`, (call) => download(find(call), call.param('name')));
  router.user('GET', `${V1}/thumbnail/:server/:media`, (call) => {
    for (const side of ['width', 'height']) {
      if (readInteger(call, side) === undefined) {
        throw new MatrixError(400, 'M_MISSING_PARAM', `Missing required integer query parameter ${side}`);
      }
    }
    const method = call.query.get('method') ?? 'scale';
    if (method !== 'scale' && method !== 'crop') throw invalid('Query parameter method must be one of [crop, scale]');
    const medium = find(call);
    if (!/^image\/(jpeg|png|gif|webp)$/.test(medium.type)) {
      const text = `Cannot find any thumbnails for the requested media ('${call.path}').`;
      throw new MatrixError(400, 'M_UNKNOWN', text, { isBlameless: true });
    }
    // The picture itself stands for its smaller copy: a server may send it where that is all it has.
    return download(medium);
  });
  // Frozen: what was uploaded since is not found there.
  for (const kind of ['download', 'thumbnail']) {
    router.open('GET', `${OLD}/${kind}/:server/:media`, () => {
      throw notFound('Not found');
    });
  }
}

function download(medium: Medium, name = medium.name): Download {
  return new Download(medium.bytes, mediaHeaders(medium, name));
}
