/** Rooms: who is in them, and their state. */
import { z } from 'zod';
import { ban, forget, invite, join, kick, knock, leave, unban } from '../actions.ts';
import { CREATE_ROOM, createRoom } from '../create-room.ts';
import { forbidden, MatrixError, malformed, notFound } from '../error.ts';
import type { Content } from '../event.ts';
import { readableRoom } from '../history.ts';
import { type Homeserver, stateEvent } from '../homeserver.ts';
import { membershipOf, type Room } from '../room.ts';
import { type Call, OBJECT, type Router, readBody, type UserCall } from '../router.ts';
import { violationsOf } from '../violations.ts';

const V3 = '/_matrix/client/v3';
const ROOM = `${V3}/rooms/:room`;

const REASON = z.looseObject({ reason: z.string().nullish() });
const TARGET = REASON.extend({ user_id: z.string() });

type Action = typeof kick;

/** What is said with a membership, as it was sent. */
function reasonOf({ reason }: z.infer<typeof REASON>): Content {
  return reason === undefined ? {} : { reason };
}

export function roomRoutes(router: Router, homeserver: Homeserver): void {
  const { world, rate } = homeserver;
  const self = (call: UserCall) => call.session.user.id;
  const roomOf = (call: Call): Room | undefined => world.rooms.get(call.param('room'));

  router.user('POST', `${V3}/createRoom`, (call) => {
    const request = readBody(call, CREATE_ROOM);
    rate.spend(self(call));
    return { room_id: createRoom(world, self(call), request).id };
  });

  const joinRoom = async (call: UserCall, target: string, enter = join) => {
    const { reason } = readBody(call, REASON);
    rate.spend(self(call));
    const isAlias = target.startsWith('#');
    if (!isAlias && !target.startsWith('!')) throw malformed(`${target} was not legal room ID or room alias`);
    if (isAlias && !target.endsWith(`:${world.serverName}`)) throw new MatrixError(502, 'M_UNKNOWN', 'Failed to fetch alias');
    const room = world.rooms.get(isAlias ? await world.findAlias(target) : target);
    if (!room) {
      const complaint = "Can't join remote room because no servers that are in the room have been provided.";
      throw new MatrixError(404, 'M_UNKNOWN', complaint);
    }
    enter(world, room, self(call), reasonOf({ reason }));
    return { room_id: room.id };
  };
  router.user('POST', `${V3}/join/:target`, (call) => joinRoom(call, call.param('target')));
  router.user('POST', `${V3}/knock/:target`, (call) => joinRoom(call, call.param('target'), knock));
  router.user('POST', `${ROOM}/join`, (call) => joinRoom(call, call.param('room')));

  const knownRoom = (call: UserCall): Room => {
    const room = roomOf(call);
    if (!room) throw new MatrixError(404, 'M_UNKNOWN', 'Not a known room');
    return room;
  };
  router.user('POST', `${ROOM}/leave`, (call) => {
    leave(world, knownRoom(call), self(call), reasonOf(readBody(call, REASON)));
    return {};
  });
  router.user('POST', `${ROOM}/forget`, (call) => {
    forget(world, knownRoom(call), call.session.user);
    return {};
  });
  const onOthers: Readonly<Record<string, Action>> = { invite, kick, ban, unban };
  for (const [name, act] of Object.entries(onOthers)) {
    router.user('POST', `${ROOM}/${name}`, (call) => {
      const body = readBody(call, TARGET);
      rate.spend(self(call));
      const room = roomOf(call);
      if (!room) throw forbidden(`User ${self(call)} not in room ${call.param('room')}`);
      act(world, room, self(call), body.user_id, reasonOf(body));
      return {};
    });
  }

  router.user('GET', `${V3}/joined_rooms`, (call) => ({
    joined_rooms: world
      .roomsOf(call.session.user)
      .filter((room) => room.membership(self(call)) === 'join')
      .map((room) => room.id),
  }));
  const readable = (call: UserCall) => readableRoom(world, call.param('room'), self(call));
  router.user('GET', `${ROOM}/joined_members`, (call) => {
    const { room } = readable(call);
    if (room.membership(self(call)) !== 'join') {
      throw forbidden('Getting joined members while not being a current member of the room is forbidden.');
    }
    const shown = room.joined.map((user) => {
      const content = room.members.get(user)?.content;
      return [user, { display_name: content?.['displayname'] ?? null, avatar_url: content?.['avatar_url'] ?? null }];
    });
    return { joined: Object.fromEntries(shown) };
  });
  router.user('GET', `${ROOM}/members`, (call) => {
    const { room, until } = readable(call);
    const wanted = call.query.getAll('membership');
    const unwanted = call.query.getAll('not_membership');
    const events = room.stateAt(until).filter((event) => {
      const membership = membershipOf(event);
      const fits = wanted.length === 0 || wanted.includes(membership);
      return event.type === 'm.room.member' && fits && !unwanted.includes(membership);
    });
    return { chunk: events.map((event) => stateEvent(world, room, event, call)) };
  });

  router.user('GET', `${ROOM}/state`, (call) => {
    const { room, until } = readable(call);
    return room.stateAt(until).map((event) => stateEvent(world, room, event, call));
  });
  const getState = (call: UserCall) => {
    const { room, until } = readable(call);
    const event = room.state(call.param('type'), call.param('key'), until);
    if (!event) throw notFound('Event not found.');
    return call.query.get('format') === 'event' ? stateEvent(world, room, event, call) : event.content;
  };
  const putState = (call: UserCall) => {
    const content = readBody(call, OBJECT);
    rate.spend(self(call));
    const room = roomOf(call);
    if (!room) throw forbidden(`User ${self(call)} not in room ${call.param('room')}`);
    const draft = { type: call.param('type'), sender: self(call), stateKey: call.param('key'), content };
    const event = world.send(room, draft);
    for (const text of violationsOf(room, draft)) homeserver.violation(call, text);
    return { event_id: event.id };
  };
  for (const path of [`${ROOM}/state/:type`, `${ROOM}/state/:type/:key`]) {
    router.user('GET', path, getState);
    router.user('PUT', path, putState);
  }
}
