/** What a channel may be called, in the configuration and by whoever makes one at run time. */
import { sanitizeName } from './text/names.ts';

/** What is said of a name that is not one. */
export const CHANNEL_NAME_RULE = 'must be 1 to 64 characters on one line, all of them visible, without blanks at the ends';

/** The name as it is kept: NFC. Undefined when it is not one: it could not be told from others, or would break what it stands in. */
export function channelName(given: string): string | undefined {
  const name = given.normalize('NFC');
  return name !== '' && name === sanitizeName(name) ? name : undefined;
}
