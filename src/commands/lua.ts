/** Running Lua code on a game server, for those whom the operator names. Nothing that comes from a server is ever run here. */
import { NotConnectedError, PublishError, RemoteLua } from '../crosschat/index.ts';
import { replyText } from '../text/lua-reply.ts';
import { literal } from '../text/tree.ts';
import { type Command, optionOf } from './command.ts';
import { serverCalled, serverCandidates } from './players.ts';
import { record, recordLater } from './record.ts';
import { Refusal } from './refusal.ts';
import { serverName } from './words.ts';

/** Sends code as it was typed, and gives the server's answer. */
export const lua: Command = {
  name: 'lua',
  description: 'Run Lua code on a game server, with all its rights',
  rank: 'admin',
  needsListing: true,
  needsNetwork: true,
  isDeed: true,
  options: [
    { name: 'server', description: 'Which server', required: true, suggests: true },
    { name: 'code', description: 'The code', required: true, isText: true },
  ],
  async run(given) {
    const { view, origin, invocation, services } = given;
    const { id } = serverCalled(optionOf(given, 'server'), view.servers());
    const { author } = invocation.caller;
    const code = invocation.options.get('code') ?? '';
    const deed = { action: 'lua', target: serverName(id) };
    await record(given, { ...deed, detail: code });
    const by = services.store.accounts.find(origin.id, author.id)?.steamid64 ?? `${origin.id}/${author.id}`;
    const sent = await RemoteLua.over(origin.server.chat)
      .send(id, code, by, services.clock)
      .catch((error: unknown) => {
        if (!(error instanceof PublishError || error instanceof NotConnectedError)) throw error;
        recordLater(given, { ...deed, action: 'lua result', detail: error.message });
        throw new Refusal(`It did not reach ${serverName(id)}: ${error.message}`, { isNoted: true });
      });
    const answer = await sent.reply;
    const words =
      answer === undefined
        ? `${serverName(id)} did not answer within 30 seconds. It may not allow remote Lua.`
        : `${serverName(id)} answers: ${replyText(answer.result) || 'nothing'}`;
    recordLater(given, { ...deed, action: 'lua result', detail: words });
    return literal(words);
  },
  candidates: (_option, { view }) => serverCandidates(view),
};
