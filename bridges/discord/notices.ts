/** What a notice reads like in Discord: small print, under the name of the server that it is about. */
import { MessageFlags } from 'discord.js';
import { BRIDGE_ID, type Notice } from '../../src/event.ts';
import { type Identity, identityOf } from './identity.ts';
import { renderMarkdown } from './markdown/render.ts';
import type { Content } from './outgoing.ts';

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const maxContent = 2_000;
/** Nobody's telephone rings, and nothing unfolds. https://discord.com/developers/docs/resources/message#message-object-message-flags */
const quietly = MessageFlags.SuppressNotifications | MessageFlags.SuppressEmbeds;
/** Whoever it is about, the bridge speaks: its own words are no player's. */
const nobody = { bot: undefined, resembles: () => false };

/** A notice as a webhook's message. Lines that are too many for one are left out. */
export function printOf({ body, tag, place }: Notice): { identity: Identity; content: Content } {
  let text = '';
  for (const line of renderMarkdown(body).split('\n')) {
    const longer = `${text}${text === '' ? '' : '\n'}-# ${line}`;
    if (longer.length <= maxContent) text = longer;
  }
  const identity = identityOf({ author: { id: BRIDGE_ID, name: tag }, tag, place }, '{name}', nobody);
  return { identity, content: { text, plain: text, users: [], flags: quietly } };
}
