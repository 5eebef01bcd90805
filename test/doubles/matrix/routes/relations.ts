/** What points at an event. https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv1roomsroomidrelationseventidreltypeeventtype */
import { MatrixError } from '../error.ts';
import { relationOf } from '../event.ts';
import { first, fullEvent, positionOf, tokenAt } from '../history.ts';
import { type Homeserver, viewerOf } from '../homeserver.ts';
import { type Router, readInteger, type UserCall } from '../router.ts';

const PATH = '/_matrix/client/v1/rooms/:room/relations/:event/:relation/:type';
/** As Synapse has it. */
const DEFAULT_PAGE = 5;
const MAX_PAGE = 1000;

export function relationRoutes(router: Router, homeserver: Homeserver): void {
  router.user('GET', PATH, (call) => relations(homeserver, call));
}

/** The newest first. What was redacted points at nothing any more. */
function relations({ world }: Homeserver, call: UserCall): object {
  const room = world.rooms.get(call.param('room'));
  const target = room?.event(call.param('event'));
  const user = call.session.user.id;
  if (!room || !target || !room.isVisible(target, user)) throw new MatrixError(404, 'M_UNKNOWN', 'Unknown parent event.');
  const limit = Math.min(readInteger(call, 'limit') ?? DEFAULT_PAGE, MAX_PAGE);
  const from = call.query.get('from');
  const position = from === null ? (room.timeline.at(-1)?.position ?? 0) : positionOf(from, "'from' parameter is invalid");
  const found = first(room.backwards(position), limit + 1, (event) => {
    const relation = relationOf(event.content);
    const isRelated = relation?.eventId === target.id && relation.type === call.param('relation');
    return isRelated && event.type === call.param('type') && room.isVisible(event, user);
  });
  const chunk = found.slice(0, limit);
  const last = chunk.at(-1);
  return {
    chunk: chunk.map((event) => fullEvent(room, event, viewerOf(world, call))),
    ...(found.length > limit && last && { next_batch: tokenAt(last.position - 1) }),
  };
}
