/** Addresses at which this machine reaches what listens on it. */

/** For what listens on all addresses, one that leads there: browsers take `0.0.0.0` for no machine, and the operator's page for none of its own. */
const REACHED_AT: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether that stands for all addresses of the machine. */
export function isEverywhere(host: string): boolean {
  return host in REACHED_AT;
}

/** `http://127.0.0.1:8080` @param host what it listens on: an address, or a name */
export function urlAt(host: string, port: number): string {
  const address = REACHED_AT[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
