/** How an adapter gets configured for the first time: what `crosschat-bridge init` asks, and what comes of the answers. */
import type { z } from 'zod';

/** Answers by the names of their questions. An optional one that was not answered is an empty text. */
export type Answers = Readonly<Record<string, string>>;

/** One question to the operator. */
export interface SetupQuestion {
  readonly name: string;
  /** What is asked, without a question mark. */
  readonly text: string;
  /** What an answer has to be; its messages say so. */
  readonly answer: z.ZodType<unknown, string>;
  /** For a secret: the variable that it is kept in. It is not shown while it is typed. */
  readonly variable?: string;
  /** The answer where none is given; absent where there has to be one. */
  otherwise?(answers: Answers): string;
  /** Whether it is asked after these answers; absent where it always is. */
  isAsked?(answers: Answers): boolean;
}

/** What comes of the answers. */
export interface Prepared {
  /** The adapter's keys in `config.yaml`; secrets stand there as `${VARIABLE}`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** From the variables to the secrets. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The room of the first channel; empty for none yet. */
  readonly room: string;
  /** Whether the platform has to reach the bridge, which is made known to it by a file. */
  readonly isRegistered?: boolean;
  /** What the operator has to do now, in sentences. */
  readonly next: readonly string[];
}

/** What it takes to configure an adapter. */
export interface AdapterSetup {
  /** What has to be done before the questions can be answered, in sentences. */
  readonly first: readonly string[];
  readonly questions: readonly SetupQuestion[];
  prepare(answers: Answers): Prepared;
}
