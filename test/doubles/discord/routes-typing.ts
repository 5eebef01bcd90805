/** The route by which a bot types. https://discord.com/developers/docs/resources/channel#trigger-typing-indicator */
import { type BotCall, noContent, type Route } from './router.ts';
import { channelOf } from './routes-guild.ts';
import { require } from './routes-message.ts';
import { startTyping } from './typing.ts';

function start(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, channel.parent ? 'SendMessagesInThreads' : 'SendMessages');
  startTyping(call.world, channel, call.bot.user);
  return noContent;
}

export const typingRoutes: readonly Route[] = [{ auth: 'bot', name: 'POST /channels/:channel/typing', handle: start }];
