/** The configuration that a command was given. */
import type { AdapterEntries } from '../adapter.ts';
import { type Config, parseConfig, parseHttpConfig, type Settings } from '../config.ts';
import { readSettings } from '../settings.ts';

/** Reads the settings that hold in this folder. @throws {ConfigError} */
export function givenSettings(adapters: AdapterEntries, configFile: string | undefined): Settings {
  return readSettings(adapters, process.cwd(), process.env, configFile);
}

/** What a bridge would run with. @throws {ConfigError} */
export function givenConfig(settings: Settings, entries: AdapterEntries): Promise<Config> {
  const { adapters } = settings.raw;
  if (isUnconfigured(settings.raw)) return demoConfig(settings, entries);
  // The console is there without being configured; what is no map at all is for the schema to complain about.
  const withConsole = adapters === undefined || isMap(adapters) ? { console: {}, ...adapters } : adapters;
  return parseConfig({ ...settings, raw: { ...settings.raw, adapters: withConsole } }, entries);
}

/** Where a bridge with these settings serves HTTP, whatever is wrong with the others. @throws {ConfigError} */
export function givenHttp(settings: Settings): Config['http'] {
  return parseHttpConfig(isUnconfigured(settings.raw) ? inDemo(settings) : settings);
}

/** Whether there is no network to join, and nobody who could be joined to it. */
function isUnconfigured({ mqtt = {}, adapters = {} }: Settings['raw']): boolean {
  if (!isMap(mqtt) || !isMap(adapters)) return false;
  return mqtt['url'] === undefined && mqtt['host'] === undefined && Object.keys(adapters).every((id) => id === 'console');
}

/** Whoever configured nothing sees what the bridge does: on the console, and on a page. */
function demoConfig(settings: Settings, entries: AdapterEntries): Promise<Config> {
  const { adapters } = settings.raw;
  const shown = Object.entries(entries).flatMap(([type, { loadForDemo }]) => (loadForDemo ? [[type, loadForDemo] as const] : []));
  const added = Object.fromEntries(shown.map(([type]) => [type, {}]));
  const loaded = Object.fromEntries(shown.map(([type, load]) => [type, { load }]));
  const { raw, ...rest } = inDemo(settings);
  const all = { console: {}, ...added, ...(adapters as object | undefined) };
  return parseConfig({ ...rest, raw: { ...raw, adapters: all } }, { ...entries, ...loaded });
}

/** Whoever gets to see the demo may do everything: that is nobody beyond this machine. */
function inDemo(settings: Settings): Settings {
  const { http } = settings.raw;
  const here = http === undefined || isMap(http) ? { ...http, host: '127.0.0.1' } : http;
  return { ...settings, raw: { ...settings.raw, http: here } };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
