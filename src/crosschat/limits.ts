/** What one network may make us hold. Lengths of text are in UTF-16 code units, as JavaScript counts them. */

/** Bytes. A longer payload is rejected before it is parsed. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Bytes. Told to an MQTT 5 broker, which then never sends us a longer packet. */
export const MAX_PACKET_BYTES = 1024 * 1024;
/** Characters of a server id. */
export const MAX_SERVER_ID = 64;
/** Servers in the picture. Above it, the one that has been offline longest makes room. */
export const MAX_SERVERS = 1_000;
/** Users of one server. A further one can still speak, but isn't listed. */
export const MAX_USERS_PER_SERVER = 10_000;
/** Users of all other servers together, present or remembered. */
export const MAX_USERS = 50_000;
/** A longer name is cut. */
export const MAX_NAME = 256;
/** A longer text is cut, in and out. */
export const MAX_SAY = 64 * 1024;
/** Longer reasons of a leave, kick or ban are cut. */
export const MAX_REASON = 1_024;
/** JSON text of a user's extras, and of the keys beside `say`. What goes beyond is left out, key by key. */
export const MAX_EXTRA = 2 * 1024;
/** JSON text of a server's meta. Longer meta is rejected. */
export const MAX_META = 16 * 1024;
/** State keys that one server may set. */
export const MAX_STATE_KEYS = 64;
/** Characters of a state key, an OOC type and an extra's key. */
export const MAX_KEY = 64;
/** A longer state value is cut. */
export const MAX_STATE_VALUE = 1_024;
/** Different complaints that are told apart until the next summary. */
export const MAX_COMPLAINTS = 1_000;
/** Complaints that are logged one by one until the next summary. */
export const MAX_COMPLAINT_LINES = 100;
/** Remote log lines of one server that reach our log in each {@link REMOTE_LOG_WINDOW}. */
export const MAX_REMOTE_LOG_LINES = 20;
/** Milliseconds. */
export const REMOTE_LOG_WINDOW = 60_000;
/** Characters of a remote log line. */
export const MAX_REMOTE_LOG_TEXT = 500;
/** Departures during an outage that we tell the others about afterwards. */
export const MAX_DEPARTED = 1_000;
/** Packets that wait for the broker to take them. A further one is refused. */
export const MAX_QUEUED_PACKETS = 100_000;
