/** Seeing somebody leave: the only proof that a kick or ban was carried out. */
import type { Clock } from '../clock.ts';
import type { CrossChat, CrossChatUser, UserEvent } from '../crosschat/index.ts';

/** A watch that runs. */
export interface Departure {
  /** The first one who fits and leaves; undefined when nobody did in time. */
  readonly seen: Promise<CrossChatUser | undefined>;
  /** Ends the watch. */
  stop(): void;
}

/** Watches, from now on and for so many milliseconds, for somebody who leaves their server. */
export function watchDeparture(
  chat: CrossChat,
  is: (user: CrossChatUser) => boolean,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
): Departure {
  let finish: (user: CrossChatUser | undefined) => void = () => {};
  const seen = new Promise<CrossChatUser | undefined>((resolve) => {
    finish = resolve;
  });
  const heard = ({ user, change }: UserEvent) => {
    if (change === 'del' && is(user)) end(user);
  };
  const cancel = clock.after(ms, () => end(undefined));
  const end = (user: CrossChatUser | undefined) => {
    cancel();
    chat.off('user', heard);
    finish(user);
  };
  chat.on('user', heard);
  return { seen, stop: () => end(undefined) };
}
