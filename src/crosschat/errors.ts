/** The options can't work, or are unsafe without saying so in words. The message is a sentence for the operator and holds no secret. */
export class CrossChatConfigError extends Error {
  override readonly name = 'CrossChatConfigError';
}

/** There is no connection to the broker, or it broke before the broker had taken the packet. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';

  constructor(message = 'There is no connection to the broker.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Some servers didn't get what was published. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** The ids of the servers for which the broker did not take the packet: a retry needs to reach only these. */
  readonly undelivered: readonly string[];

  constructor(undelivered: readonly string[], cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The broker did not take the message for ${undelivered.length} server(s): ${why}`, { cause });
    this.undelivered = undelivered;
  }
}

/** The broker refused one packet and said why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** The MQTT 5 reason code. https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901031 */
  readonly code: number;

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
