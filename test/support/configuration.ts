/** Configurations as an operator writes them: files and variables. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtIns } from '../../bridges/index.ts';
import { type Config, ConfigError, parseConfig } from '../../src/config.ts';
import { readSettings } from '../../src/settings.ts';

type Texts = Readonly<Record<string, string>>;

/** The configuration that these files, alone in a folder, and these variables make. */
export async function load(files: Texts, env: Texts = {}): Promise<Config> {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-config-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return await parseConfig(readSettings(builtIns(undefined), folder, env), builtIns(undefined));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sentences with which these files and variables are refused. */
export async function problems(files: Texts, env: Texts = {}): Promise<readonly string[]> {
  try {
    await load(files, env);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map((problem) => problem.replaceAll(/\/\S*crosschat-config-\w+\//g, ''));
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** Variables that are a whole configuration. */
export const simple = {
  MQTT_URL: 'mqtts://broker.example:8883',
  MQTT_USERNAME: 'bridge',
  MQTT_PASSWORD: 'hunter22',
  DISCORD_TOKEN: 'discord-secret',
  DISCORD_CHANNEL: '123456789012345678',
  MATRIX_HOMESERVER_URL: 'https://matrix.example',
  MATRIX_ACCESS_TOKEN: 'matrix-secret',
  MATRIX_ROOM: '#games:matrix.example',
};
