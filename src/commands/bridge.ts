/** The bridge itself: its rooms, pauses and dead letters, by way of {@link Control}. */
import { type CommandOption, MAX_SUGGESTIONS } from '../command.ts';
import { count } from '../text/count.ts';
import { excerpt } from '../text/excerpt.ts';
import { toLine } from '../text/line.ts';
import { asLines } from '../text/lines.ts';
import { moment } from '../text/time.ts';
import { literal } from '../text/tree.ts';
import { actorOf, type Command, type Given, optionOf } from './command.ts';
import { Refusal } from './refusal.ts';
import { channelCandidates, requireOperator, roomCandidates, roomMeant, targetMeant } from './rooms.ts';
import { roomWords } from './status.ts';
import { bold, code, listed, listUpTo } from './words.ts';

const MAX_ROOMS = 40;
const MAX_LETTERS = 10;
/** Entries of the audit log, and UTF-16 units of what each tells. */
const MAX_ENTRIES = 15;
const MAX_DETAIL = 120;
/** What stands for all dead letters. */
const ALL = 'all';

const room: CommandOption = { name: 'room', description: 'Another room than this one', required: false, suggests: true };
const candidates: Command['candidates'] = (option, given) =>
  option === 'channel' ? channelCandidates(given) : roomCandidates(given);

/** Which rooms there are. */
const list: Command = {
  name: 'bridge list',
  description: 'The channels, their rooms, and how these fare',
  rank: 'admin',
  options: [],
  run(given) {
    const { channels } = given.view;
    if (channels.length === 0) return literal('There are no channels.');
    return asLines(
      channels.flatMap(({ name, servers, paused, rooms }) => [
        [...bold(toLine(name)), ...literal(` with the servers ${listed(servers.map(toLine))}${paused ? ', paused' : ''}`)],
        listUpTo(
          MAX_ROOMS,
          rooms.map((one) => {
            const added = one.added && `, added by ${toLine(one.added.name)} ${moment(one.added.at)}`;
            return literal(`${roomWords(one, given)}${added ?? ''}`);
          }),
        ),
      ]),
    );
  },
};

/** Joins a room to a channel. */
const add: Command = {
  name: 'bridge add',
  description: 'Join this room to a channel',
  rank: 'admin',
  options: [{ name: 'channel', description: 'The name of the channel', required: true, suggests: true }, room],
  async run(given) {
    const name = optionOf(given, 'channel');
    const known = given.view.channels.some((channel) => channel.name === name);
    // What is heard elsewhere is not for an admin of this place to give away.
    if (!known) requireOperator(given, 'A channel that is not heard here');
    return literal(await given.services.control.add(name, roomMeant(given), actorOf(given)));
  },
  candidates,
};

/** Takes a room out of its channel. */
const remove: Command = {
  name: 'bridge remove',
  description: 'Take this room out of its channel',
  rank: 'admin',
  options: [room],
  run: async (given) => literal(await given.services.control.remove(roomMeant(given), actorOf(given))),
  candidates,
};

const channelOrRoom: readonly CommandOption[] = [
  room,
  { name: 'channel', description: 'A whole channel, with all its rooms', required: false, suggests: true },
];

/** Carries nothing more for a while. */
const pause: Command = {
  name: 'bridge pause',
  description: 'Carry nothing to and from this room for a while',
  rank: 'admin',
  options: channelOrRoom,
  run: async (given) => literal(await given.services.control.pause(targetMeant(given), actorOf(given))),
  candidates,
};

/** Goes on after a pause. */
const resume: Command = {
  name: 'bridge resume',
  description: 'Go on after a pause',
  rank: 'admin',
  options: channelOrRoom,
  run: async (given) => literal(await given.services.control.resume(targetMeant(given), actorOf(given))),
  candidates,
};

/** What could not be delivered. */
const letters: Command = {
  name: 'bridge dead-letters',
  description: 'What could not be delivered: look at it, send it again, or forget it',
  rank: 'admin',
  options: [
    { name: 'action', description: 'What to do; list without it', required: false, choices: ['list', 'retry', 'drop'] },
    { name: 'id', description: 'The number of one, or "all"', required: false, suggests: true },
  ],
  async run(given) {
    requireOperator(given, 'What could not be delivered');
    const action = optionOf(given, 'action') || 'list';
    if (action === 'list') return listLetters(given);
    const ids = idsIn(given);
    const { control } = given.services;
    return literal(await (action === 'retry' ? control.retry(ids, actorOf(given)) : control.drop(ids, actorOf(given))));
  },
  async candidates(_option, { invocation, services }) {
    if (!invocation.caller.isOperator) return [];
    const { letters: newest } = await services.control.deadLetters(MAX_SUGGESTIONS - 1);
    return [
      { value: ALL, label: ALL },
      ...newest.map(({ id, text }) => ({ value: String(id), label: `${id} ${toLine(text).slice(0, 80)}` })),
    ];
  },
};

/** Who did what. */
const audit: Command = {
  name: 'bridge audit',
  description: 'What moderators and admins did, the newest first',
  rank: 'admin',
  options: [
    {
      name: 'person',
      description: 'Only what somebody did, or what was done to them: a name or an id',
      required: false,
      isText: true,
    },
  ],
  async run(given) {
    requireOperator(given, 'What everybody did');
    const person = optionOf(given, 'person');
    const entries = await given.services.store.audit.list(MAX_ENTRIES + 1, person);
    if (entries.length === 0) return literal(person === '' ? 'Nothing is noted yet.' : 'Nothing is noted of anybody called so.');
    return listUpTo(
      MAX_ENTRIES,
      entries.map(({ at, who, action, target, detail }) => [
        ...literal(`${moment(at)}, ${toLine(who)}: `),
        ...bold(toLine(action)),
        ...literal(` ${excerpt(`${target}${detail === '' ? '' : `: ${detail}`}`, MAX_DETAIL)}`),
      ]),
      'and more',
    );
  },
};

/** Follows the configuration as it is written now. */
const reload: Command = {
  name: 'bridge reload',
  description: 'Read the configuration anew, without interrupting what did not change',
  rank: 'admin',
  options: [],
  async run(given) {
    requireOperator(given, 'Reading the configuration anew');
    const { services, origin, invocation } = given;
    const adapter = () => services.moderation.memberOf({ adapter: origin.id })?.adapter;
    const asked = adapter();
    const answer = await services.control.reload(actorOf(given));
    // The one that was asked may be another one by now, and the way back gone with it.
    if (adapter() !== asked && adapter()?.whisper)
      services.whispers.tell({ kind: 'user', adapter: origin.id, author: invocation.caller.author }, answer, origin.server);
    return literal(answer);
  },
};

/** Everything about the bridge itself. */
export const bridgeCommands: readonly Command[] = [list, add, remove, pause, resume, letters, audit, reload];

async function listLetters({ services }: Given) {
  const { total, letters: newest } = await services.control.deadLetters(MAX_LETTERS);
  if (total === 0) return literal('There are no dead letters.');
  return asLines([
    literal(`${count(total, 'dead letter')}, the newest first:`),
    listUpTo(
      MAX_LETTERS,
      newest.map(({ id, destination, reason, failedAt, text }) => [
        ...code(String(id)),
        ...literal(` ${moment(failedAt)}, ${toLine(destination)}: ${toLine(text)} (${toLine(reason)})`),
      ]),
    ),
  ]);
}

/** Undefined for all. @throws {Refusal} */
function idsIn(given: Given): number[] | undefined {
  const id = optionOf(given, 'id');
  if (id === ALL) return undefined;
  if (/^\d{1,16}$/.test(id)) return [Number(id)];
  throw new Refusal(`Say which dead letter: its number, which the list shows, or ${ALL}.`);
}
