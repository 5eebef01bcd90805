/** Whether anything of the caller's is carried. */
import { literal, type RichText } from '../text/tree.ts';
import { type Command, optionOf } from './command.ts';

const IS_ON =
  'Your privacy is on: nothing that you say, edit or react with on this platform is carried anywhere else, and players do not see that you are there. What you said before stays where it is; where you delete it, it goes elsewhere as well. "privacy off" ends this.';
const IS_OFF = 'Your privacy is off: what you say in joined rooms is carried to the other places. "privacy on" ends this.';

/** Lets people decide for themselves. It is nobody's business, so no log has it. */
export const privacy: Command = {
  name: 'privacy',
  description: 'Whether what you say here stays here',
  rank: 'everybody',
  isPersonal: true,
  options: [{ name: 'set', description: 'on: nothing of yours is carried; off: it is', required: false, choices: ['on', 'off'] }],
  async run(given): Promise<RichText> {
    const { origin, services, invocation } = given;
    const { id } = invocation.caller.author;
    const { optOuts } = services.store;
    const wanted = optionOf(given, 'set');
    if (wanted !== '') {
      const kept = optOuts.set(origin.id, id, wanted === 'on');
      if (wanted === 'on') origin.server.dismiss(origin.id, id, '');
      await kept;
    }
    return literal(optOuts.has(origin.id, id) ? IS_ON : IS_OFF);
  },
};
