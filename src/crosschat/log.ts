type Write = (fields: object, sentence: string) => void;

/** Where log lines go: the shape of a pino logger. */
export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

const nowhere: Write = () => {};

/** Keeps nothing. */
export const silent: Log = { debug: nowhere, info: nowhere, warn: nowhere, error: nowhere };
