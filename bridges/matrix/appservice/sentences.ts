/** What appservice mode tells the operator: what is, and what to do about it. */

export function notRegistered(url: string, reason: string): string {
  return `Matrix homeserver ${url} does not know this bridge as an appservice (${reason}). Make the file with "crosschat-bridge registration", add it to app_service_config_files in homeserver.yaml, restart the homeserver, and see that as_token is the same in both.`;
}

export function otherServer(
  userId: string,
  { bot, server_name }: { readonly bot: string; readonly server_name: string },
): string {
  return `Matrix: the homeserver calls the bridge ${userId}, but by the configuration (appservice.bot and server_name) it is @${bot}:${server_name}. Correct that, and make the registration anew.`;
}

export function outsideNamespace(userId: string, reason: string): string {
  return `Matrix: the registration does not cover ${userId} (${reason}). Make it anew with "crosschat-bridge registration --force", and restart the homeserver.`;
}

export function reachable(url: string): string {
  return `Matrix: the homeserver reaches the bridge at ${url}`;
}

export function notReachable(url: string, reason: string): string {
  return `Matrix: the homeserver can't reach the bridge at ${url} (${reason}), so nothing that is said on Matrix is heard. Check appservice.url, the key http, and the firewall between the two. It is tried again.`;
}

export function refusedByUs(url: string, reason: string): string {
  return `Matrix: the homeserver reaches ${url}, but was not taken for itself there (${reason}). Use the same hs_token in the registration and in the configuration, and see that no other program answers there.`;
}

export function otherId(id: string): string {
  return `Matrix: the homeserver knows the bridge by another id than "${id}". Use the same in the registration and in the configuration (appservice.id).`;
}

export function notPinged(reason: string): string {
  return `Matrix: whether the homeserver reaches the bridge could not be found out (${reason})`;
}

export function mayNotInvite(roomId: string, reason: string): string {
  return `Matrix room ${roomId}: ghosts can't join it (${reason}), so the bridge itself says what players say. Let it invite: raise its power level in the room's settings under "Roles & Permissions".`;
}

export function ghostsMayNotSpeak(roomId: string, reason: string): string {
  return `Matrix room ${roomId}: ghosts may not speak there (${reason}), so the bridge itself says what players say. Lower the level for "Send messages" in the room's settings under "Roles & Permissions" to change that.`;
}

export function ghostBanned(roomId: string, userId: string): string {
  return `Matrix room ${roomId}: ${userId} was banned there, so what they say is not shown. Unban them to change that.`;
}

export function portalMade(alias: string, server: string): string {
  return `Matrix: somebody asked for ${alias}, so there is a room for the game server ${server} now`;
}

export function portalNotMade(alias: string, server: string, reason: string): string {
  return `Matrix: somebody asked for ${alias}, but the room for the game server ${server} could not be made (${reason})`;
}

export function transactionFailed(reason: string): string {
  return `Matrix: what the homeserver sent could not be taken (${reason}). It sends it again.`;
}
