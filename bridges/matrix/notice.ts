/** A notice → the content of the Matrix event that shows it. */
import type { Notice } from '../../src/event.ts';
import { toPlain } from '../../src/text/plain.ts';
import { bridgeMark } from './event.ts';
import { renderHtml } from './render-html.ts';

/** The content of an event that no bot answers, that clients show dimly, and that pings nobody. */
export interface NoticeContent {
  /** https://spec.matrix.org/v1.13/client-server-api/#mnotice */
  readonly msgtype: 'm.notice';
  readonly body: string;
  readonly format: 'org.matrix.custom.html';
  readonly formatted_body: string;
  readonly 'm.mentions': Readonly<Record<string, never>>;
  readonly [bridgeMark]: { readonly server_id: string };
}

/** @param serverId the bridge's own id on the crosschat network */
export function toNotice({ body }: Pick<Notice, 'body'>, serverId: string): NoticeContent {
  return {
    msgtype: 'm.notice',
    body: toPlain(body),
    format: 'org.matrix.custom.html',
    formatted_body: renderHtml(body),
    'm.mentions': {},
    [bridgeMark]: { server_id: serverId },
  };
}
