/** The answers to what `init` asks → the files that it writes, and what the operator has to do then. Pure. */
import { stringify } from 'yaml';
import type { Answers, Prepared } from '../setup.ts';

/** Where the bridge serves HTTP. */
const HTTP_PORT = 8_080;

/** Where the operator's page is then. */
export const PAGE = `http://127.0.0.1:${HTTP_PORT}/operator/`;

/** An adapter, with what its setup made of the answers. */
export interface PreparedAdapter extends Prepared {
  readonly type: string;
}

/** What stands in the files. */
export interface FirstConfig {
  /** What `config.yaml` says, with `${VARIABLE}` for secrets. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** @param broker the answers to the core's own questions; without an address, the bridge runs a broker of its own */
export function firstConfig(broker: Answers, adapters: readonly PreparedAdapter[]): FirstConfig {
  const { 'broker-url': url = '', 'broker-user': username = '', 'broker-password': password = '' } = broker;
  const withPassword = url !== '' && username !== '-';
  const access = withPassword ? { username, password: '${MQTT_PASSWORD}' } : { allow_anonymous: true };
  const rooms = Object.fromEntries(adapters.filter(({ room }) => room !== '').map(({ type, room }) => [type, room]));
  return {
    config: {
      ...(url !== '' && { mqtt: { url, ...access } }),
      server_id: broker['server-id'],
      // A homeserver reaches an appservice there, and the operator the page that tells how all is.
      http: { port: HTTP_PORT },
      ...(adapters.length > 0 && { adapters: Object.fromEntries(adapters.map(({ type, config }) => [type, config])) }),
      channels: [{ name: 'main', rooms }],
    },
    secrets: Object.assign({}, withPassword ? { MQTT_PASSWORD: password } : {}, ...adapters.map(({ secrets }) => secrets)),
  };
}

/** The text of `config.yaml`. @param schema where editors find its schema */
export function configText({ config }: FirstConfig, schema: string | undefined): string {
  return `${schema ? `# yaml-language-server: $schema=${schema}\n` : ''}# Made by "crosschat-bridge init". Secrets stand in .env; docs/configuration.md lists all keys.
${stringify(config, { lineWidth: 0 })}`;
}

/** The text of `.env`. */
export function envText({ secrets }: FirstConfig): string {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${quoted(value)}\n`);
  return `# Made by "crosschat-bridge init". Whoever reads this file is the bridge: keep it to yourself.\n${lines.join('')}`;
}

/** A value as `.env` has it. What holds each kind of quotes stands bare, which only a blank before a # would cut. */
function quoted(value: string): string {
  if (/^[^\s"'`]*$/.test(value)) return value;
  const sign = [`'`, '"', '`'].find((one) => !value.includes(one));
  return sign === undefined ? value : `${sign}${value}${sign}`;
}
