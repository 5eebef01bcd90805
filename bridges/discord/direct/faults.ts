/** Why somebody can't be written to in private. */
import { RESTJSONErrorCodes } from 'discord.js';
import { DeliveryError } from '../../../src/adapter.ts';
import { codeOf, isSaidByDiscord, reasonOf, waitOf } from '../faults.ts';

/** Discord says so of those with whom the bot shares no server; discord.js has no name for it yet. */
const noCommonServer = 50_278;
/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes */
const closed: readonly unknown[] = [RESTJSONErrorCodes.CannotSendMessagesToThisUser, noCommonServer];
const unknown: readonly unknown[] = [
  RESTJSONErrorCodes.UnknownUser,
  RESTJSONErrorCodes.InvalidRecipients,
  RESTJSONErrorCodes.InvalidFormBodyOrContentType,
];
const later: readonly unknown[] = [RESTJSONErrorCodes.OpeningDirectMessagesTooFast, RESTJSONErrorCodes.APIResourceOverloaded];
/** The wait in milliseconds after the bot has opened too many chats: Discord doesn't tell one. */
const openingWait = 60_000;

/** The fault as the core wants it: one that is not passing says behind the user's name what is wrong. */
export function directFault(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const code = codeOf(error);
  const retryAfter = waitOf(error) ?? (code === RESTJSONErrorCodes.OpeningDirectMessagesTooFast ? openingWait : undefined);
  const forNow = { passing: true, cause: error, ...(retryAfter !== undefined && { retryAfter }) };
  if (closed.includes(code)) return new DeliveryError('takes no direct messages', { passing: false });
  if (unknown.includes(code)) return new DeliveryError("can't be written to on Discord", { passing: false });
  if (retryAfter !== undefined || later.includes(code) || !isSaidByDiscord(error) || error.status === 401)
    return new DeliveryError(`Direct messages on Discord have to wait: ${reasonOf(error)}`, forNow);
  return new DeliveryError("can't be written to now, for Discord does not allow it", { passing: false, cause: error });
}
