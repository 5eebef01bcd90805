import { RESTJSONErrorCodes } from 'discord.js';
import { codeOf, reasonOf } from '../faults.ts';

const permissions = { message: 'View Channel, Send Messages, Embed Links and Read Message History', topic: 'Manage Channels' };

/** Why a status could not be shown: a sentence for the operator. */
export function statusFault(error: unknown, what: 'message' | 'topic', channel: string): string {
  const failed = `The ${what === 'message' ? 'status message' : 'topic'} of Discord channel ${channel} could not be set`;
  switch (codeOf(error)) {
    case RESTJSONErrorCodes.UnknownChannel:
      return `${failed}: there is no such channel; look at the key status in the configuration`;
    case RESTJSONErrorCodes.MissingAccess:
      return `${failed}: the bot can't see it; give it the permission View Channel there`;
    case RESTJSONErrorCodes.MissingPermissions:
      return `${failed}: give the bot the permission ${permissions[what]} there; all else goes on without`;
    default:
      return `${failed}: ${reasonOf(error)}; it is tried again later`;
  }
}
