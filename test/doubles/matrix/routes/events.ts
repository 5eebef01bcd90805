/** What is said in a room. */
import { z } from 'zod';
import { setReceipt, setTyping } from '../actions.ts';
import { forbidden, invalid, MatrixError, malformed, notFound } from '../error.ts';
import type { Draft } from '../event.ts';
import { readRoomEventFilter } from '../filter.ts';
import { context, fullEvent, page, positionOf, readableRoom } from '../history.ts';
import { type Homeserver, viewerOf } from '../homeserver.ts';
import { OBJECT, type Router, readBody, readInteger, type UserCall } from '../router.ts';
import { violationsOf } from '../violations.ts';

const V3 = '/_matrix/client/v3';
const ROOM = `${V3}/rooms/:room`;
const MAX_PAGE = 1000;
const DEFAULT_PAGE = 10;
const RECEIPT_TYPES = ['m.read', 'm.read.private', 'm.fully_read'];

export function eventRoutes(router: Router, homeserver: Homeserver): void {
  sendingRoutes(router, homeserver);
  readingRoutes(router, homeserver);
  ephemeralRoutes(router, homeserver);
}

function sendingRoutes(router: Router, homeserver: Homeserver): void {
  const { world, rate, transactions } = homeserver;

  const send = (call: UserCall, draft: Pick<Draft, 'type' | 'content'>) => {
    const { user, device } = call.session;
    const before = transactions.find(call);
    if (before !== undefined) return { event_id: before };
    rate.spend(user.id);
    const room = world.rooms.get(call.param('room'));
    if (!room) throw forbidden(`User ${user.id} not in room ${call.param('room')}`);
    const whole = { ...draft, sender: user.id, transaction: { user: user.id, device, id: call.param('txn') } };
    const violations = violationsOf(room, whole);
    const { id } = world.send(room, whole);
    for (const text of violations) homeserver.violation(call, text);
    transactions.add(call, id);
    return { event_id: id };
  };
  router.user('PUT', `${ROOM}/send/:type/:txn`, (call) =>
    send(call, { type: call.param('type'), content: readBody(call, OBJECT) }),
  );
  router.user('PUT', `${ROOM}/redact/:event/:txn`, (call) => {
    const { reason } = readBody(call, z.looseObject({ reason: z.string().nullish() }));
    const content = { redacts: call.param('event'), ...(reason !== undefined && { reason }) };
    return send(call, { type: 'm.room.redaction', content });
  });
}

function readingRoutes(router: Router, { world }: Homeserver): void {
  const readable = (call: UserCall) => readableRoom(world, call.param('room'), call.session.user.id).room;
  const filterOf = (call: UserCall) => readRoomEventFilter(call.query.get('filter') ?? undefined);
  const limitOf = (call: UserCall) => Math.min(readInteger(call, 'limit') ?? DEFAULT_PAGE, MAX_PAGE);
  /** Who may not see an event learns nothing of it. */
  const visibleEvent = (call: UserCall) => {
    const room = world.rooms.get(call.param('room'));
    const event = room?.event(call.param('event'));
    if (!room || !event || !room.isVisible(event, call.session.user.id)) throw notFound('Event not found.');
    return { room, event };
  };

  router.user('GET', `${ROOM}/event/:event`, (call) => {
    const { room, event } = visibleEvent(call);
    return fullEvent(room, event, viewerOf(world, call));
  });
  router.user('GET', `${ROOM}/context/:event`, (call) => {
    const { room, event } = visibleEvent(call);
    return context(room, event, viewerOf(world, call), limitOf(call), filterOf(call));
  });
  router.user('GET', `${ROOM}/messages`, (call) => {
    const token = (name: 'from' | 'to') => {
      const text = call.query.get(name);
      return text === null ? undefined : positionOf(text, `'${name}' parameter is invalid`);
    };
    const direction = call.query.get('dir') ?? 'f';
    if (direction !== 'b' && direction !== 'f') throw invalid("Query parameter 'dir' must be one of ['b', 'f']");
    return page(readable(call), viewerOf(world, call), {
      from: token('from'),
      to: token('to'),
      backwards: direction === 'b',
      limit: limitOf(call),
      filter: filterOf(call),
    });
  });
}

function ephemeralRoutes(router: Router, { world }: Homeserver): void {
  router.user('PUT', `${ROOM}/typing/:user`, (call) => {
    const user = call.session.user.id;
    const { typing, timeout } = readBody(call, z.looseObject({ typing: z.boolean(), timeout: z.int().positive().optional() }));
    if (call.param('user') !== user) throw new MatrixError(400, 'M_FORBIDDEN', "Cannot set another user's typing state");
    const room = world.rooms.get(call.param('room'));
    if (room?.membership(user) !== 'join') throw forbidden(`User ${user} not in room ${call.param('room')}`);
    setTyping(world, room, user, typing ? (timeout ?? 30_000) : 0);
    return {};
  });
  router.user('POST', `${ROOM}/receipt/:type/:event`, (call) => {
    if (!RECEIPT_TYPES.includes(call.param('type'))) {
      throw malformed('Receipt type must be m.read, m.fully_read, m.read.private');
    }
    const room = world.rooms.get(call.param('room'));
    if (room?.membership(call.session.user.id) !== 'join') throw forbidden("You don't have permission to access that event.");
    const event = room.event(call.param('event'));
    if (event && call.param('type') === 'm.read') setReceipt(world, room, call.session.user.id, event.id);
    return {};
  });
}
