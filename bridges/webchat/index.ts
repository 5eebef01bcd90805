/** The web chat. */
import type { AdapterModule } from '../../src/adapter.ts';
import { WebChat } from './chat.ts';
import { configSchema, type WebChatConfig } from './config.ts';

/** The web chat as it is configured. */
export const webchat: AdapterModule<WebChatConfig> = {
  type: 'webchat',
  schema: configSchema,
  create: (config, host) => new WebChat(config, host),
};

/** The web chat of a bridge without configuration: in every channel, for whoever sits at this machine. */
export const demoChat: AdapterModule<WebChatConfig> = {
  ...webchat,
  everywhere: true,
  schema: configSchema.prefault({ guests: true }),
  create: ({ uploads, ...config }, host) =>
    new WebChat({ ...config, guests: true, uploads: { ...uploads, from: 'everybody' } }, host, { trusted: true }),
};
