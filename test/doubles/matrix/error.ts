/** Refusals as a homeserver words them. https://spec.matrix.org/v1.13/client-server-api/#standard-error-response */

/** A request is refused. */
export class MatrixError extends Error {
  override readonly name = 'MatrixError';
  /** HTTP status. */
  readonly status: number;
  /** For example `M_FORBIDDEN`. */
  readonly errcode: string;
  readonly #extra: object;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a client that does all as it should is refused so as well. */
  readonly isBlameless: boolean;

  constructor(
    status: number,
    errcode: string,
    message: string,
    options: {
      readonly extra?: object;
      readonly headers?: Readonly<Record<string, string>>;
      readonly isBlameless?: boolean;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.#extra = options.extra ?? {};
    this.headers = options.headers ?? {};
    this.isBlameless = options.isBlameless ?? false;
  }

  /** The body of the answer. */
  get body(): object {
    return { errcode: this.errcode, error: this.message, ...this.#extra };
  }
}

/** The sender may not do that. */
export const forbidden = (message: string): MatrixError => new MatrixError(403, 'M_FORBIDDEN', message);

/** The state of the room doesn't allow that for anybody. */
export const badState = (message: string): MatrixError => new MatrixError(403, 'M_BAD_STATE', message);

/** What was asked for isn't there. */
export const notFound = (message: string): MatrixError => new MatrixError(404, 'M_NOT_FOUND', message);

/** A parameter or a field isn't as it should be. */
export const invalid = (message: string): MatrixError => new MatrixError(400, 'M_INVALID_PARAM', message);

/** Synapse's answer to malformed requests that the specification gives no code of their own. */
export const malformed = (message: string): MatrixError => new MatrixError(400, 'M_UNKNOWN', message);

/** More bytes than a server takes. */
export const tooLarge = (message: string): MatrixError => new MatrixError(413, 'M_TOO_LARGE', message);

/** Too many requests; the same one may come again after `wait` milliseconds. */
export function limitExceeded(wait: number): MatrixError {
  return new MatrixError(429, 'M_LIMIT_EXCEEDED', 'Too Many Requests', {
    extra: { retry_after_ms: wait },
    headers: { 'Retry-After': String(Math.ceil(wait / 1000)) },
  });
}
