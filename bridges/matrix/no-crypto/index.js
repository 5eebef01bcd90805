/**
 * Stands in for the native library of the same name, which many machines can't download and without which matrix-bot-sdk doesn't
 * even load. It has the seven classes that matrix-bot-sdk 0.8 uses; each fails at its first use, and that is encryption.
 */
function refuse() {
  throw new Error('End-to-end encryption is not supported: the Matrix crypto library is not part of crosschat-bridge.');
}

const missing = new Proxy(class {}, { construct: refuse, apply: refuse, get: refuse });

module.exports = {
  Attachment: missing,
  DeviceId: missing,
  EncryptedAttachment: missing,
  EncryptionSettings: missing,
  OlmMachine: missing,
  RoomId: missing,
  UserId: missing,
};
