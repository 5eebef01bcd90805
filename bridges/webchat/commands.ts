/** Commands that are typed on the page. */
import { helpFor, type Invocation, readCommand } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import type { Answer, Requests } from '../../web/chat/wire.ts';
import type { WebChat } from './chat.ts';
import { completionOf } from './completion.ts';
import { nodesOf } from './entry.ts';
import type { Session } from './sessions.ts';

const NOTE = 'Only you see what they answer. //text says /text, and /me waves is what you do.';

/** Does what is asked for with a `/`. */
export async function runCommand(chat: WebChat, session: Session, { room, text }: Requests['complete']): Promise<Answer> {
  const { host, base } = chat;
  const typed = readCommand(text, '/', host.commands.all);
  if (typed === undefined) return { fault: `There is no such command. /help lists them; to say this, begin with //.` };
  if (typed.kind === 'wrong') return { fault: typed.sentence };
  const given = givenBy(chat, session, room);
  if (typed.kind === 'help')
    return { answer: nodesOf(helpFor(host.commands.all, given.caller.rank, '/', typed.about, NOTE), base) };
  const { command, options } = typed;
  return { answer: nodesOf(await host.commands.run({ ...given, command: command.name, options }), base) };
}

/** What can be typed next. */
export async function complete(chat: WebChat, session: Session, { room, text }: Requests['complete']): Promise<Answer> {
  const completion = await completionOf(text, chat.host.commands, givenBy(chat, session, room));
  return completion ? { completion } : {};
}

/** Who gives a command, and where. */
function givenBy(chat: WebChat, { author }: Session, room: string): Omit<Invocation, 'command' | 'options'> {
  const rank = chat.rankOf(author.id);
  const caller = { author, rank, isOperator: rank === 'admin' };
  return { caller, room: room as RoomRef, rooms: chat.host.rooms };
}
