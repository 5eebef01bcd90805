/** A whisper → what stands on the page of whoever it is for. Pure. */
import type { AdapterId, Party, Place, RoomRef, Whisper } from '../../src/event.ts';
import { sanitizeName } from '../../src/text/names.ts';
import type { WhisperEntry } from '../../web/chat/wire.ts';
import { filesOf, nodesOf, personOf, TAG } from './entry.ts';

/** A whisper as an entry. @param own the web chat @param base where the bridge serves */
export function whisperEntryOf(whisper: Whisper, own: AdapterId, base: string | undefined): WhisperEntry {
  const { id, at, from, tag, body, attachments } = whisper;
  const files = filesOf(attachments, own, base);
  return {
    id,
    at,
    with: personOf(from.author, placeOf(from, own), base),
    tag: from.kind === 'user' && from.adapter === own ? TAG : sanitizeName(tag),
    mine: false,
    body: nodesOf(body, base),
    ...(files.length > 0 && { files }),
  };
}

function placeOf(from: Party, own: AdapterId): Place {
  if (from.kind === 'player') return { kind: 'server', server: from.server };
  return { kind: 'room', adapter: from.kind === 'user' ? from.adapter : own, room: '' as RoomRef };
}
