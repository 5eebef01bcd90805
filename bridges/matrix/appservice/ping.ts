/** Asking the homeserver whether it reaches us. https://spec.matrix.org/v1.13/application-service-api/#post_matrixclientv1appserviceappserviceidping */
import { MatrixError } from 'matrix-bot-sdk';
import type { Finding } from '../../../src/adapter.ts';
import { type Caller, describe, isAbsent, isForbidden } from '../homeserver.ts';
import type { AppserviceConfig } from './config.ts';
import * as sentences from './sentences.ts';

/** What the homeserver needs at most, in milliseconds: it waits for a minute by itself. */
const timeout = 90_000;

/** Asks; Synapse sends what is still waiting as soon as it has reached us. Rejects when the homeserver gives no answer. */
export async function ping(homeserver: Caller, { id, url }: Pick<AppserviceConfig, 'id' | 'url'>): Promise<Finding> {
  const path = `/_matrix/client/v1/appservice/${encodeURIComponent(id)}/ping`;
  try {
    await homeserver.call('POST', path, { body: {}, timeout });
    return { ok: true, text: sentences.reachable(url) };
  } catch (fault) {
    if (!(fault instanceof MatrixError) || fault.errcode === '') throw fault;
    if (isForbidden(fault)) return { ok: false, text: sentences.otherId(id) };
    if (fault.errcode === 'M_BAD_STATUS') return { ok: false, text: sentences.refusedByUs(url, describe(fault)) };
    // Before version 1.7 of the specification nobody could ask.
    if (isAbsent(fault)) return { ok: true, text: sentences.notPinged(describe(fault)) };
    return { ok: false, text: sentences.notReachable(url, describe(fault)) };
  }
}

/** What an appservice needs besides: that both sides mean the same, and that the homeserver reaches us. @param userId who we are to it */
export async function* appserviceFindings(
  homeserver: Caller,
  config: Pick<AppserviceConfig, 'id' | 'url' | 'bot' | 'server_name'>,
  userId: string,
): AsyncGenerator<Finding> {
  const { bot, server_name } = config;
  if (userId !== `@${bot}:${server_name}`) yield { ok: false, text: sentences.otherServer(userId, config) };
  yield await ping(homeserver, config);
}
