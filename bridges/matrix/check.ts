/** Tries what the adapter will need, without being seen in any room. */
import { z } from 'zod';
import type { Finding } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { RoomRef } from '../../src/event.ts';
import type { MatrixConfig } from './config.ts';
import { describe, Homeserver, isTokenRefused } from './homeserver.ts';
import { closedTwin } from './rooms.ts';
import * as sentences from './sentences.ts';
import { visit } from './visit.ts';

const whoAmI = z.object({ user_id: z.string() });
const serverVersions = z.object({ versions: z.array(z.string()) });

/** What works and what doesn't: the homeserver, the token, each room. Never throws. */
export async function* findings(config: MatrixConfig, rooms: readonly RoomRef[], clock: Clock): AsyncGenerator<Finding> {
  const { homeserver_url: url, access_token: token } = config;
  const ending = new AbortController();
  const homeserver = new Homeserver(url, token, clock, ending.signal);
  try {
    const { versions } = serverVersions.parse(await homeserver.getServerVersions());
    yield { ok: true, text: sentences.answers(url, versions) };
    const { user_id: userId } = whoAmI.parse(await homeserver.getWhoAmI());
    yield { ok: true, text: sentences.loggedIn(userId) };
    const joined = new Set(await homeserver.getJoinedRooms());
    const names = new Map<string, RoomRef>();
    for (const ref of rooms) {
      const report = await visit(ref, { homeserver, userId, joined, mayJoin: false, identified: () => {} });
      const first = report.id === undefined ? undefined : names.get(report.id);
      if (report.id !== undefined && first === undefined) names.set(report.id, ref);
      yield first === undefined ? report : closedTwin(ref, first);
    }
  } catch (fault) {
    const sentence = isTokenRefused(fault) ? sentences.tokenRefused : sentences.unreachable;
    yield { ok: false, text: sentence(url, describe(fault)) };
  } finally {
    ending.abort();
  }
}
