/** What only some messages have, as the API writes it. https://discord.com/developers/docs/resources/message#message-object */
import { type APIMessage, InteractionType } from 'discord.js';
import { userShape } from './shapes.ts';
import type { Message } from './state.ts';

/** @param revealed whether the reader may see what people write */
export function extrasShape(message: Message, revealed: boolean): Partial<APIMessage> {
  const { stickers, poll, reference, snapshot, interaction } = message.extras;
  return {
    ...(stickers && { sticker_items: [...stickers] }),
    ...(poll && revealed && { poll }),
    ...(reference && { message_reference: reference }),
    ...(snapshot && revealed && { message_snapshots: [{ message: snapshot }] }),
    ...(interaction && {
      application_id: interaction.applicationId,
      webhook_id: interaction.applicationId,
      interaction_metadata: {
        id: interaction.id,
        type: InteractionType.ApplicationCommand,
        user: userShape(interaction.user),
        authorizing_integration_owners: { 0: message.channel.guild.id },
      },
    }),
  };
}
