/** The configuration that a command was given. */
import type { AdapterEntries } from '../adapter.ts';
import { type Config, parseConfig, type Settings } from '../config.ts';
import { readSettings } from '../settings.ts';

/** Reads the settings that hold in this folder. @throws {ConfigError} */
export function givenSettings(adapters: AdapterEntries, configFile: string | undefined): Settings {
  return readSettings(adapters, process.cwd(), process.env, configFile);
}

/** What a bridge would run with. @throws {ConfigError} */
export function givenConfig(settings: Settings, entries: AdapterEntries): Promise<Config> {
  const { adapters } = settings.raw;
  // The console is there without being configured; what is no map at all is for the schema to complain about.
  const withConsole =
    adapters === undefined || (typeof adapters === 'object' && adapters !== null) ? { console: {}, ...adapters } : adapters;
  return parseConfig({ ...settings, raw: { ...settings.raw, adapters: withConsole } }, entries);
}
