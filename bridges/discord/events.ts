/** Hands what happens at Discord over to the core. */
import type { AdapterHost } from '../../src/adapter.ts';
import type { EventId } from '../../src/event.ts';
import type { Cdn } from './cdn.ts';
import type { GatewayEvents } from './gateway.ts';
import type { KnownReactions } from './known-reactions.ts';

/**
 * @param cdn learns where the files are
 * @param known learns of the reactions that were taken
 * @param refused called when Discord closed the connection for good
 */
export function eventsFor(
  host: AdapterHost,
  cdn: Cdn,
  known: KnownReactions,
  refused: (closeCode: number) => void,
): GatewayEvents {
  const tell = (what: string, { id: event }: { id: EventId }, taken: Promise<void>) =>
    taken.catch((error: unknown) => {
      host.log.error({ event, err: error }, `${what} from Discord was not taken`);
      throw error;
    });
  return {
    message: (message) => {
      cdn.note(message);
      return tell('A message', message, host.message(message));
    },
    direct: (message) => {
      cdn.note(message);
      return tell('A direct message', message, host.direct(message));
    },
    edit: (edit) => {
      cdn.note(edit.message);
      tell('An edit', edit, host.edit(edit)).catch(() => {});
    },
    react: (reaction) => {
      tell('A reaction', reaction, host.react(reaction)).then(
        () => known.note(reaction),
        () => {},
      );
    },
    remove: (removal) => void tell('A deletion', removal, host.remove(removal)).catch(() => {}),
    profile: (author) => host.profile(author),
    left: (userId) => host.left(userId),
    typing: (room, author) => host.typing(room, author, true),
    refused,
  };
}
