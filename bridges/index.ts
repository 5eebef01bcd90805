/** The one list of built-in adapters. Each is loaded only when it is configured, so that a start stays quick. */
import type { AdapterEntries } from '../src/adapter.ts';
import { consoleModule } from './console/index.ts';
import type { Terminal } from './console/terminal.ts';

export { openTerminal, type Terminal } from './console/terminal.ts';

/**
 * The built-in adapters, by type.
 * @param terminal where the console talks with the operator; without one, it only logs
 */
export function builtIns(terminal: Terminal | undefined): AdapterEntries {
  return {
    console: { load: async () => consoleModule(terminal) },
    discord: {
      load: async () => (await import('./discord/index.ts')).discord,
      setup: async () => (await import('./discord/setup.ts')).discordSetup,
      environment: {
        required: { DISCORD_TOKEN: 'token' },
        optional: {
          DISCORD_API_URL: 'api_url',
          DISCORD_NAME_TEMPLATE: 'name_template',
          DISCORD_MENTIONS: 'mentions',
          DISCORD_BOTS: 'bots',
          DISCORD_SYSTEM_MESSAGES: 'system_messages',
          DISCORD_THREADS: 'threads',
          DISCORD_ADMINS: 'admins',
          DISCORD_MODERATORS: 'moderators',
        },
        rooms: 'DISCORD_CHANNEL',
      },
    },
    matrix: {
      load: async () => (await import('./matrix/index.ts')).matrix,
      setup: async () => (await import('./matrix/setup.ts')).matrixSetup,
      environment: {
        required: { MATRIX_HOMESERVER_URL: 'homeserver_url', MATRIX_ACCESS_TOKEN: 'access_token' },
        optional: { MATRIX_ADMINS: 'admins', MATRIX_MODERATORS: 'moderators' },
        rooms: 'MATRIX_ROOM',
      },
    },
    webchat: {
      load: async () => (await import('./webchat/index.ts')).webchat,
      loadForDemo: async () => (await import('./webchat/index.ts')).demoChat,
    },
  };
}
