/** Names that sound as if somebody spoke who is in charge. */
import { skeleton } from './skeleton.ts';

/** What the bridge calls itself and whoever it sums up, and what sounds as if a server, or those who run it, spoke: what they look like. */
export const offices: ReadonlySet<string> = new Set(
  [
    'Bridge',
    'crosschat',
    'Several people',
    'Several players',
    'System',
    'Server',
    'Console',
    'Webhook',
    'Bot',
    'AutoMod',
    'everyone',
    'here',
    'Admin',
    'Admins',
    'Administrator',
    'Server Admin',
    'Mod',
    'Mods',
    'Moderator',
    'Owner',
    'Staff',
    'Support',
  ].map(skeleton),
);
