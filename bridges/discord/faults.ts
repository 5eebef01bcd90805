/** What went wrong at Discord, in sentences that hold no secret: the errors of discord.js carry webhook tokens in their URLs. */
import { DiscordAPIError, GatewayCloseCodes, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import { AdapterError, DeliveryError } from '../../src/adapter.ts';

/** Discord's error code; undefined when it was not Discord that said no. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export function codeOf(error: unknown): number | string | undefined {
  return error instanceof DiscordAPIError ? error.code : undefined;
}

/** Faults of the network with which no request ever leaves. */
const neverLeft: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** Whether the request may have been carried out although it seems to have failed. */
export function isDoubtful(error: unknown): boolean {
  if (error instanceof DiscordAPIError || error instanceof RateLimitError) return false;
  return !(error instanceof Error && 'code' in error && neverLeft.includes(error.code));
}

/** How many milliseconds Discord wants to be left alone; undefined when it said nothing of the kind. */
export function waitOf(error: unknown): number | undefined {
  return error instanceof RateLimitError ? Math.ceil(error.retryAfter) : undefined;
}

/** Whether there is no such channel. */
export function isChannelGone(error: unknown): boolean {
  return codeOf(error) === RESTJSONErrorCodes.UnknownChannel;
}

/** Whether there is no such message. */
export function isMessageGone(error: unknown): boolean {
  return codeOf(error) === RESTJSONErrorCodes.UnknownMessage;
}

/** Whether somebody is no member, or nobody at all. */
export function isMemberGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === RESTJSONErrorCodes.UnknownMember || code === RESTJSONErrorCodes.UnknownUser;
}

/** Whether there is a thread on a message already. */
export function isThreadThere(error: unknown): boolean {
  return codeOf(error) === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage;
}

/** Whether nothing can be written or changed in a thread: only moderators may, or nobody until it is opened. */
export function isThreadClosed(error: unknown): boolean {
  const code = codeOf(error);
  return code === RESTJSONErrorCodes.ThreadLocked || code === RESTJSONErrorCodes.InvalidActionOnArchivedThread;
}

/** Whether the bot lacks a permission. */
export function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === RESTJSONErrorCodes.MissingAccess || code === RESTJSONErrorCodes.MissingPermissions;
}

/** Whether nothing can be done in a room until somebody acts there. @param isThread whether the room is a thread, rather than has some */
export function isAboutRoom(error: unknown, isThread: boolean): boolean {
  const full = RESTJSONErrorCodes.MaximumNumberOfWebhooksReached;
  return isChannelGone(error) || isForbidden(error) || codeOf(error) === full || (isThread && isThreadClosed(error));
}

/** Whether Discord doesn't know the token. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** Whether a webhook is gone, or its token no longer fits. */
export function isWebhookGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === RESTJSONErrorCodes.UnknownWebhook || code === RESTJSONErrorCodes.InvalidWebhookToken;
}

/** The names of the fields of a request that Discord refused. https://discord.com/developers/docs/reference#error-messages */
export function refusedFields(error: unknown): readonly string[] {
  if (!(error instanceof DiscordAPIError) || error.code !== RESTJSONErrorCodes.InvalidFormBodyOrContentType) return [];
  return Object.keys(('errors' in error.rawError && error.rawError.errors) || {});
}

/** Why a request failed. */
export function reasonOf(error: unknown): string {
  if (isSaidByDiscord(error)) return `Discord says: ${error.message.replaceAll('\n', ' ')} (${error.code})`;
  if (error instanceof DiscordAPIError || error instanceof HTTPError) return `Discord answered with status ${error.status}`;
  if (error instanceof RateLimitError) return `Discord takes no more for ${Math.ceil(error.retryAfter / 1_000)} s`;
  if (!(error instanceof Error)) return 'an unknown fault';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'Discord gave no answer in time';
  return 'code' in error && typeof error.code === 'string' ? `no connection (${error.code})` : error.name;
}

/**
 * The fault as the core wants it.
 * @param where the place in words for people: `#general in Guild`
 * @param missing the permission that it takes, as Discord's interface calls it
 */
export function deliveryFault(error: unknown, where: string, missing: string): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const retryAfter = waitOf(error);
  if (retryAfter !== undefined)
    return new DeliveryError(`${where} has to wait: ${reasonOf(error)}`, { passing: true, retryAfter });
  switch (codeOf(error)) {
    case RESTJSONErrorCodes.UnknownChannel:
    case RESTJSONErrorCodes.UnknownGuild:
      return new DeliveryError(`Discord has no channel ${where} any more: take it out of the configuration`, { passing: false });
    case RESTJSONErrorCodes.MissingAccess:
      return new DeliveryError(`The bot can't see ${where} any more: give it the permission View Channel there`, {
        passing: false,
      });
    case RESTJSONErrorCodes.MissingPermissions:
      return new DeliveryError(`The bot may not write in ${where}: give it the permission ${missing} there`, { passing: false });
    case RESTJSONErrorCodes.ThreadLocked:
    case RESTJSONErrorCodes.InvalidActionOnArchivedThread:
      return new DeliveryError(`The thread ${where} is locked: only moderators can write in it until one of them unlocks it`, {
        passing: false,
      });
    case RESTJSONErrorCodes.MaximumNumberOfWebhooksReached:
      return new DeliveryError(
        `${where} has as many webhooks as Discord allows: delete one in the channel's settings under Integrations`,
        { passing: false },
      );
    default:
      return new DeliveryError(`Discord did not do what it was asked in ${where}: ${reasonOf(error)}`, {
        passing: isPassing(error),
      });
  }
}

/** A refused token may be put right by the operator while messages wait; any other refusal by Discord itself is for good. */
function isPassing(error: unknown): boolean {
  const overloaded = RESTJSONErrorCodes.APIResourceOverloaded;
  return !isSaidByDiscord(error) || error.status === 401 || error.code === overloaded;
}

/** Whether the refusal is Discord's own, and not a page of a proxy before it. */
export function isSaidByDiscord(error: unknown): error is DiscordAPIError {
  return error instanceof DiscordAPIError && typeof error.code === 'number';
}

export const badToken =
  'Discord refuses the token: take a new one from the Bot page of your application at https://discord.com/developers/applications and put it in as DISCORD_TOKEN or as the key token';

/** Why the gateway will not have us back. https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
export function gatewayFault(closeCode: number | undefined, applicationId: string): AdapterError {
  switch (closeCode) {
    case GatewayCloseCodes.AuthenticationFailed:
      return new AdapterError(badToken);
    case GatewayCloseCodes.DisallowedIntents:
      return new AdapterError(missingIntent(applicationId, 'Message Content Intent', 'Server Members Intent'));
    default:
      return new AdapterError(`Discord's gateway refuses the bot for good (close code ${closeCode ?? 'unknown'})`);
  }
}

/** Which switch the operator has to set. */
export function missingIntent(applicationId: string, ...names: readonly string[]): string {
  const switches = names.map((name) => `"${name}"`).join(' and ');
  return `the bot may not read what it has to: switch on ${switches} at https://discord.com/developers/applications/${applicationId}/bot under Privileged Gateway Intents, save, and start the bridge again`;
}
