/** A bound on the size of MQTT packets, for a parser that waits for the whole packet, however long it says that it is. */
import type { Socket } from 'node:net';

/**
 * Destroys the socket as soon as an MQTT packet on it announces to be longer than `max` bytes. To be called when something else
 * already reads the socket by its `readable` event: the bytes are only looked at as they pass.
 */
export function limitPacketSize(socket: Socket, max: number): void {
  const excessive = packetMeter(max);
  socket.on('data', (chunk: Buffer) => {
    if (excessive(chunk)) socket.destroy(new Error(`An MQTT packet is longer than ${max} bytes.`));
  });
}

/**
 * Follows a byte stream of MQTT packets, each a type byte, its length in one to four bytes of seven bits, low bits first, and that
 * many bytes. True once a packet is longer than `max` bytes or its length is malformed.
 * https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Toc398718023
 */
export function packetMeter(max: number): (chunk: Uint8Array) => boolean {
  /** Bytes of the present packet's body that are still to come. */
  let body = 0;
  /** Bytes of the present packet's header that were read: 0 before the type byte. */
  let header = 0;
  let length = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (body > 0) {
        const passed = Math.min(body, chunk.length - at);
        body -= passed;
        at += passed;
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      header += 1;
      if (header === 1) continue;
      length += (byte & 0x7f) * 128 ** (header - 2);
      if (length > max || header > 5) return true;
      if (byte < 0x80) {
        body = length;
        header = 0;
        length = 0;
      }
    }
    return false;
  };
}
