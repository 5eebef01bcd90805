/**
 * Who speaks, for clients that show a message as if that person had sent it.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4144
 */
import { escapeHtml } from './render-html.ts';

/** How somebody is shown by clients that know it. */
export interface Profile {
  /** Their picture: `mxc://server/media` */
  readonly avatar: string | undefined;
}

/** The key of a profile in a message's content. */
export const profileKey = 'com.beeper.per_message_profile';

/** What stands under {@link profileKey}. */
export interface ProfileContent {
  readonly id: string;
  readonly displayname: string;
  readonly avatar_url?: string;
  /** Whether the body begins with the name: such clients take that away. */
  readonly has_fallback?: true;
}

/**
 * @param id always the same for the same person
 * @param name what they are called in the room
 */
export function profileOf(id: string, name: string, { avatar }: Profile, hasFallback: boolean): ProfileContent {
  return {
    id,
    displayname: name,
    ...(avatar !== undefined && { avatar_url: avatar }),
    ...(hasFallback && { has_fallback: true }),
  };
}

/** The name in HTML that such clients take away. */
export function nameFallback(name: string): string {
  return `<strong data-mx-profile-fallback>${escapeHtml(name)}: </strong>`;
}
