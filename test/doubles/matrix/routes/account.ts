/** Who somebody is, and what they keep on the server. */
import { z } from 'zod';
import { ROOM_VERSION } from '../create-room.ts';
import { forbidden, MatrixError, malformed, notFound } from '../error.ts';
import { FILTER } from '../filter.ts';
import type { Homeserver } from '../homeserver.ts';
import { OBJECT, type Router, readBody, type UserCall } from '../router.ts';
import type { AccountData } from '../world.ts';

const V3 = '/_matrix/client/v3';
const VERSIONS = Array.from({ length: 15 }, (_, index) => `v1.${index + 1}`);

const LOGIN = z.looseObject({
  type: z.string(),
  identifier: z.looseObject({ type: z.literal('m.id.user'), user: z.string() }).optional(),
  password: z.string().optional(),
  device_id: z.string().optional(),
});

export function accountRoutes(router: Router, { world, url }: Homeserver): void {
  const wellKnown = () => ({ 'm.homeserver': { base_url: `${url()}/` } });
  router.anybody('GET', '/_matrix/client/versions', () => ({ versions: VERSIONS, unstable_features: {} }));
  router.open('GET', '/.well-known/matrix/client', wellKnown);
  router.open('GET', `${V3}/login`, () => ({ flows: [{ type: 'm.login.password' }] }));
  router.open('POST', `${V3}/login`, (call) => {
    const { type, identifier, password, device_id: device } = readBody(call, LOGIN);
    if (type !== 'm.login.password') throw malformed(`Unknown login type ${type}`);
    const name = identifier?.user ?? '';
    const user = world.users.get(name.startsWith('@') ? name : `@${name}:${world.serverName}`);
    if (!user || password !== user.password) throw forbidden('Invalid username or password');
    const session = world.logIn(user, device);
    return {
      user_id: user.id,
      access_token: session.token,
      device_id: session.device,
      home_server: world.serverName,
      well_known: wellKnown(),
    };
  });
  router.user('POST', `${V3}/logout`, ({ session }) => {
    world.sessions.delete(session.token);
    return {};
  });
  router.user('GET', `${V3}/account/whoami`, ({ session }) => ({
    user_id: session.user.id,
    device_id: session.device,
    is_guest: false,
  }));
  router.user('GET', `${V3}/capabilities`, () => ({
    capabilities: {
      'm.room_versions': { default: ROOM_VERSION, available: { [ROOM_VERSION]: 'stable' } },
      'm.change_password': { enabled: false },
      'm.set_displayname': { enabled: true },
      'm.set_avatar_url': { enabled: true },
    },
  }));
  filterRoutes(router);
  accountDataRoutes(router, world);
}

function requireSelf(call: UserCall, complaint: string): void {
  if (call.param('user') !== call.session.user.id) throw forbidden(complaint);
}

function filterRoutes(router: Router): void {
  router.user('POST', `${V3}/user/:user/filter`, (call) => {
    requireSelf(call, 'Cannot create filters for other users');
    const { filters } = call.session.user;
    filters.push(readBody(call, FILTER));
    return { filter_id: String(filters.length - 1) };
  });
  router.user('GET', `${V3}/user/:user/filter/:filter`, (call) => {
    requireSelf(call, 'Cannot get filters for other users');
    const filter = call.session.user.filters[Number(call.param('filter'))];
    if (!filter) throw notFound('No such filter');
    return filter;
  });
}

function accountDataRoutes(router: Router, world: Homeserver['world']): void {
  const put = (call: UserCall, data: AccountData) => {
    requireSelf(call, 'Cannot add account data for other users.');
    data.set(call.param('type'), { content: readBody(call, OBJECT), position: world.advance() });
    world.changed.notify();
    return {};
  };
  const get = (call: UserCall, data: AccountData | undefined, complaint: string) => {
    requireSelf(call, 'Cannot get account data for other users.');
    const found = data?.get(call.param('type'));
    if (!found) throw notFound(complaint);
    return found.content;
  };
  const ofRoom = (call: UserCall) => call.session.user.roomAccountData.get(call.param('room'));
  router.user('PUT', `${V3}/user/:user/account_data/:type`, (call) => put(call, call.session.user.accountData));
  router.user('GET', `${V3}/user/:user/account_data/:type`, (call) =>
    get(call, call.session.user.accountData, 'Account data not found'),
  );
  router.user('PUT', `${V3}/user/:user/rooms/:room/account_data/:type`, (call) => {
    if (!world.rooms.has(call.param('room'))) throw new MatrixError(400, 'M_INVALID_PARAM', 'Unknown room');
    const data: AccountData = ofRoom(call) ?? new Map();
    call.session.user.roomAccountData.set(call.param('room'), data);
    return put(call, data);
  });
  router.user('GET', `${V3}/user/:user/rooms/:room/account_data/:type`, (call) =>
    get(call, ofRoom(call), 'Room account data not found'),
  );
}
