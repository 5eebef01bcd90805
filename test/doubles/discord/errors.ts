/** Refusals as Discord words them. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */

/** A path of keys to the messages about it, as in `errors` of an invalid form body. */
export type FieldErrors = { readonly [key: string]: FieldErrors } | { readonly _errors: readonly FieldError[] };
export interface FieldError {
  readonly code: string;
  readonly message: string;
}

/** A request is refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** Discord's own code. */
  readonly code: number;
  readonly errors: FieldErrors | undefined;

  constructor(status: number, code: number, message: string, errors?: FieldErrors) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** The body of the answer. */
  get body(): object {
    return { message: this.message, code: this.code, ...(this.errors && { errors: this.errors }) };
  }
}

/** The refusals that don't depend on what was sent. */
export const refusals = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  notFound: () => new ApiError(404, 0, '404: Not Found'),
  methodNotAllowed: () => new ApiError(405, 0, '405: Method Not Allowed'),
  unknownChannel: () => new ApiError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiError(404, 10008, 'Unknown Message'),
  unknownRole: () => new ApiError(404, 10011, 'Unknown Role'),
  unknownUser: () => new ApiError(404, 10013, 'Unknown User'),
  unknownInteraction: () => new ApiError(404, 10062, 'Unknown interaction'),
  unknownEmoji: () => new ApiError(404, 10014, 'Unknown Emoji'),
  unknownWebhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
  tooManyWebhooks: () => new ApiError(400, 30007, 'Maximum number of webhooks reached (15)'),
  alreadyAcknowledged: () => new ApiError(400, 40060, 'Interaction has already been acknowledged.'),
  tooManyReactions: () => new ApiError(400, 30010, 'Maximum number of reactions reached (20)'),
  invalidTimeout: () => new ApiError(400, 50035, 'Invalid Form Body'),
  tooLarge: () => new ApiError(413, 40005, 'Request entity too large'),
  missingAccess: () => new ApiError(403, 50001, 'Missing Access'),
  notTheAuthor: () => new ApiError(403, 50005, 'Cannot edit a message authored by another user'),
  noDirectMessages: () => new ApiError(403, 50007, 'Cannot send messages to this user'),
  invalidRecipient: () => new ApiError(400, 50033, 'Invalid Recipient(s)'),
  emptyMessage: () => new ApiError(400, 50006, 'Cannot send an empty message'),
  missingPermissions: () => new ApiError(403, 50013, 'Missing Permissions'),
  invalidWebhookToken: () => new ApiError(401, 50027, 'Invalid Webhook Token'),
  wrongChannelType: () => new ApiError(400, 50024, 'Cannot execute action on this channel type'),
  archivedThread: () => new ApiError(400, 50083, 'Tried to perform an operation on an archived thread'),
  threadExists: () => new ApiError(400, 160004, 'A thread has already been created for this message'),
  threadLocked: () => new ApiError(400, 160005, 'Thread is locked'),
  noReplyWithoutHistory: () => new ApiError(400, 160002, 'Cannot reply without permission to read message history'),
  forumWithoutThread: () => new ApiError(400, 220001, 'Webhooks posted to forum channels must have a thread_name or thread_id'),
};

/** The body's JSON can't be read. https://discord.com/developers/docs/reference#error-messages */
export function malformedBody(message: string): ApiError {
  return new ApiError(400, 50109, message);
}

/** One or more fields are not as Discord wants them. */
export function invalidForm(fields: readonly { readonly path: readonly PropertyKey[]; readonly error: FieldError }[]): ApiError {
  interface Branch {
    [key: string]: Branch | FieldError[];
  }
  const root: Branch = {};
  for (const { path, error } of fields) {
    let branch = root;
    for (const key of path) {
      const next = branch[String(key)];
      branch = branch[String(key)] = next === undefined || Array.isArray(next) ? {} : next;
    }
    const list = branch['_errors'];
    branch['_errors'] = Array.isArray(list) ? [...list, error] : [error];
  }
  return new ApiError(400, 50035, 'Invalid Form Body', root as FieldErrors);
}
