/** The one list of built-in adapters. Each is loaded only when it is configured, so that a start stays quick. */
import type { AdapterModule } from '../src/adapter.ts';
import { consoleModule } from './console/index.ts';
import type { Terminal } from './console/terminal.ts';

export { openTerminal, type Terminal } from './console/terminal.ts';

/**
 * The built-in adapters, by type.
 * @param terminal where the console talks with the operator; without one, it only logs
 */
export function builtIns(terminal: Terminal | undefined): Record<string, () => Promise<AdapterModule>> {
  return {
    console: async () => consoleModule(terminal),
    discord: async () => (await import('./discord/index.ts')).discord,
    matrix: async () => (await import('./matrix/index.ts')).matrix,
  };
}
