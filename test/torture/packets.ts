/** Reads MQTT packets off a connection, just far enough to say afterwards what went over it. https://docs.oasis-open.org/mqtt/mqtt/v5.0 */

const NAMES = [
  '',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
];

/** One direction of one connection. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  /** A line for each packet that is complete with this piece of data; pings are left out. */
  read(data: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, data]);
    const lines: string[] = [];
    for (let packet = this.#next(); packet; packet = this.#next()) {
      const line = describe(packet.header, packet.body);
      if (!line.startsWith('PING')) lines.push(line);
    }
    return lines;
  }

  #next(): { header: number; body: Buffer } | undefined {
    let length = 0;
    for (let index = 1; index < this.#rest.length && index < 5; index++) {
      const byte = this.#rest[index] ?? 0;
      length += (byte & 0x7f) * 128 ** (index - 1);
      if (byte & 0x80) continue;
      const end = index + 1 + length;
      if (this.#rest.length < end) return undefined;
      const packet = { header: this.#rest[0] ?? 0, body: this.#rest.subarray(index + 1, end) };
      this.#rest = this.#rest.subarray(end);
      return packet;
    }
    return undefined;
  }
}

function describe(header: number, body: Buffer): string {
  const name = NAMES[header >> 4] ?? '';
  if (name === 'CONNACK') return `CONNACK session ${body[0] === 1 ? 'present' : 'new'}, code ${body[1]}`;
  if (name === 'DISCONNECT') return `DISCONNECT ${body[0] ?? 0}`;
  if (name !== 'PUBLISH') return `${name} ${body.length >= 2 ? body.readUInt16BE(0) : ''}`;
  const topicLength = body.readUInt16BE(0);
  const topic = body.toString('utf8', 2, 2 + topicLength);
  const qos = (header >> 1) & 3;
  const id = qos > 0 ? body.readUInt16BE(2 + topicLength) : '';
  const flags = `${header & 8 ? ' dup' : ''}${header & 1 ? ' retain' : ''}`;
  // With MQTT 5, properties stand before the payload.
  const payload = body.toString('utf8', 2 + topicLength + (qos > 0 ? 2 : 0)).replace(/[^\x20-\x7e]/g, '·');
  return `PUBLISH ${id} q${qos}${flags} ${topic} ${payload.slice(0, 300)}`;
}
