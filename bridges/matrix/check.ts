/** Tries what the adapter will need, without being seen in any room. */
import { z } from 'zod';
import type { AdapterHost, Finding } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { appserviceFindings } from './appservice/ping.ts';
import { notRegistered } from './appservice/sentences.ts';
import { mayPublish } from './bridge-state.ts';
import { type MatrixConfig, tokenOf } from './config.ts';
import { describe, Homeserver, isTokenRefused } from './homeserver.ts';
import type { KnownRooms } from './known-rooms.ts';
import { closedTwin } from './rooms.ts';
import { sanctionFinding } from './sanctions.ts';
import * as sentences from './sentences.ts';
import { visit } from './visit.ts';

const whoAmI = z.object({ user_id: z.string() });
const serverVersions = z.object({ versions: z.array(z.string()) });

/** What works and what doesn't: the homeserver, the token, each room. Never throws. */
export async function* findings(
  config: MatrixConfig,
  { rooms, clock }: Pick<AdapterHost, 'rooms' | 'clock'>,
  known: KnownRooms,
): AsyncGenerator<Finding> {
  const { homeserver_url: url } = config;
  const ending = new AbortController();
  const homeserver = new Homeserver(url, tokenOf(config), clock, ending.signal);
  try {
    const { versions } = serverVersions.parse(await homeserver.getServerVersions());
    yield { ok: true, text: sentences.answers(url, versions) };
    const { user_id: userId } = whoAmI.parse(await homeserver.getWhoAmI());
    yield { ok: true, text: sentences.loggedIn(userId) };
    if (config.appservice) yield* appserviceFindings(homeserver, config.appservice, userId);
    await known.restore(rooms);
    const joined = new Set(await homeserver.getJoinedRooms());
    const names = new Map<string, RoomRef>();
    for (const ref of rooms) {
      const knownAs = (name: RoomRef) => known.idOf(name);
      const report = await visit(ref, { homeserver, userId, joined, mayJoin: false, knownAs, identified: () => {} });
      const first = report.id === undefined ? undefined : names.get(report.id);
      if (report.id !== undefined && first === undefined) names.set(report.id, ref);
      yield first === undefined ? report : closedTwin(ref, first);
      const isQuiet = first === undefined && report.state === 'open' && report.id !== undefined;
      if (isQuiet && !(await mayPublish(homeserver, report.id, userId))) {
        yield { ok: true, text: sentences.mayNotPublish(ref, userId) };
      }
      if (isQuiet) {
        const lacking = await sanctionFinding(ref, report.id, { homeserver, userId, config });
        if (lacking) yield lacking;
      }
    }
  } catch (fault) {
    const sentence = isTokenRefused(fault) ? tokenRefused(config) : sentences.unreachable;
    yield { ok: false, text: sentence(url, describe(fault)) };
  } finally {
    ending.abort();
  }
}

/** What the operator is told when the homeserver does not take the token. */
export function tokenRefused({ appservice }: MatrixConfig): (url: string, reason: string) => string {
  return appservice === undefined ? sentences.tokenRefused : notRegistered;
}
