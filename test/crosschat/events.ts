import type { CrossChat, CrossChatEvents } from '../../src/crosschat/index.ts';

/** The next event of this name that is acceptable. Register it before what causes it. */
export function next<Name extends keyof CrossChatEvents>(
  chat: CrossChat,
  name: Name,
  accept: (event: CrossChatEvents[Name][0]) => boolean = () => true,
): Promise<CrossChatEvents[Name][0]> {
  return new Promise((resolve) => {
    const listener = (...[event]: unknown[]): void => {
      if (!accept(event as CrossChatEvents[Name][0])) return;
      chat.off(name, listener as never);
      resolve(event as CrossChatEvents[Name][0]);
    };
    chat.on(name, listener as never);
  });
}
