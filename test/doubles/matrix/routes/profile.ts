/** Names and pictures. https://spec.matrix.org/v1.13/client-server-api/#profiles */
import { z } from 'zod';
import { setProfile } from '../actions.ts';
import { MatrixError, malformed } from '../error.ts';
import type { Homeserver } from '../homeserver.ts';
import { type Call, type Router, readBody, type UserCall } from '../router.ts';
import type { User } from '../world.ts';

const V3 = '/_matrix/client/v3';
/** In characters; Synapse's own limit. */
const MAX_DISPLAY_NAME = 256;

export function profileRoutes(router: Router, { world }: Homeserver): void {
  const userOf = (call: Call): User => {
    const user = world.users.get(call.param('user'));
    if (!user) throw new MatrixError(404, 'M_UNKNOWN', 'No row found (profiles)');
    return user;
  };
  const requireSelf = (call: UserCall, what: string) => {
    if (call.param('user') !== call.session.user.id) {
      throw new MatrixError(400, 'M_FORBIDDEN', `Cannot set another user's ${what}`);
    }
  };
  const nameOf = ({ displayName }: User) => (displayName === undefined ? {} : { displayname: displayName });
  const avatarOf = ({ avatar }: User) => (avatar === undefined ? {} : { avatar_url: avatar });

  router.open('GET', `${V3}/profile/:user`, (call) => {
    const user = userOf(call);
    const profile = { ...nameOf(user), ...avatarOf(user) };
    if (Object.keys(profile).length === 0) throw new MatrixError(404, 'M_NOT_FOUND', 'Profile was not found');
    return profile;
  });
  router.open('GET', `${V3}/profile/:user/displayname`, (call) => nameOf(userOf(call)));
  router.open('GET', `${V3}/profile/:user/avatar_url`, (call) => avatarOf(userOf(call)));
  router.user('PUT', `${V3}/profile/:user/displayname`, (call) => {
    requireSelf(call, 'displayname');
    const { displayname } = readBody(call, z.looseObject({ displayname: z.string() }));
    if ([...displayname].length > MAX_DISPLAY_NAME) throw malformed(`Displayname is too long (max ${MAX_DISPLAY_NAME})`);
    setProfile(world, call.session.user, { displayName: displayname });
    return {};
  });
  router.user('PUT', `${V3}/profile/:user/avatar_url`, (call) => {
    requireSelf(call, 'avatar_url');
    const { avatar_url: avatar } = readBody(call, z.looseObject({ avatar_url: z.string() }));
    setProfile(world, call.session.user, { avatar });
    return {};
  });
}
