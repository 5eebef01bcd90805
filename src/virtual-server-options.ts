/** Which virtual servers a configuration asks for. */
import { type AdapterConfig, type Config, ConfigError } from './config.ts';
import { CrossChat, CrossChatConfigError, type CrossChatOptions } from './crosschat/index.ts';
import { anyGlob } from './text/glob.ts';

/**
 * What each virtual server of a configuration connects with: one for the whole bridge and one for each adapter that has its own.
 * They never see each other on the network.
 * @throws {ConfigError} when one can't connect as configured
 */
export function virtualServerOptions(config: Config, connection: Config['mqtt']): CrossChatOptions[] {
  const users = new Map<string, AdapterConfig[]>();
  for (const adapter of config.adapters) users.set(adapter.serverId, [...(users.get(adapter.serverId) ?? []), adapter]);
  const problems: string[] = [];
  const believes = anyGlob(config.accounts.servers);
  const all = [...users].map(([serverId, adapters]): CrossChatOptions => {
    const [credentials, ...others] = adapters.map((adapter) => adapter.credentials);
    if (others.some((other) => JSON.stringify(other) !== JSON.stringify(credentials))) {
      problems.push(
        `adapters: ${adapters.map(({ id }) => id).join(', ')} share server_id ${serverId} and need the same mqtt username and password.`,
      );
    }
    const ignore = [...users.keys()].filter((id) => id !== serverId);
    return { ...connection, ...credentials, serverId, believes, ignore };
  });
  for (const options of all) {
    try {
      new CrossChat(options);
    } catch (error) {
      if (!(error instanceof CrossChatConfigError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return all;
}
