/** The schema, as numbered migrations: what has been released is never changed, only added to. */

/** The statements of each migration; the first is number 1. They are understood by SQLite and PostgreSQL alike. */
export const migrations: readonly (readonly string[])[] = [
  [
    // What happened anywhere. `seq` is the order in which the bridge took it; `body` is the event as JSON.
    // `target` is the id of the message that an edit is of, `removes` that of what a removal takes back.
    `CREATE TABLE event (seq BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, stored_at BIGINT NOT NULL, target TEXT, removes TEXT,
      body TEXT NOT NULL)`,
    'CREATE INDEX event_target ON event (target) WHERE target IS NOT NULL',
    'CREATE INDEX event_removes ON event (removes) WHERE removes IS NOT NULL',
    'CREATE INDEX event_stored ON event (stored_at)',
    // An event on its way to one destination, in the order of `position`: `waiting`; `dead` when it was given up, with the reason; or
    // `retried`, when the operator wants a dead one at the end of the line again. What arrived has no row. `begun_at` is
    // set while its next part may be shown without anybody having confirmed it. `joined` is how many are shown as one message with it
    // at the head (1 for alone), and `join_mode` how. `sent_as` is the number of the edit as which something of it may be shown, 0 for
    // none; it is empty while nothing may be, and its newest edit counts.
    `CREATE TABLE delivery (destination TEXT NOT NULL, event BIGINT NOT NULL, position BIGINT NOT NULL, queued_at BIGINT NOT NULL,
      state TEXT NOT NULL, begun_at BIGINT, sent_as BIGINT, joined INTEGER NOT NULL, join_mode TEXT, reason TEXT, failed_at BIGINT,
      PRIMARY KEY (destination, event))`,
    'CREATE INDEX delivery_state ON delivery (state, destination, position)',
    'CREATE INDEX delivery_event ON delivery (event)',
    // What an event became at a destination: the native id of each of its parts, how many events that part shows, and since when.
    `CREATE TABLE shown (event BIGINT NOT NULL, destination TEXT NOT NULL, part INTEGER NOT NULL, native_id TEXT NOT NULL,
      events INTEGER NOT NULL DEFAULT 1, at BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (event, destination, part))`,
    'CREATE INDEX shown_native ON shown (destination, native_id)',
    // How a destination fares: up, slow, down or recovering.
    'CREATE TABLE destination (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, since BIGINT NOT NULL, reason TEXT)',
    // Small things that adapters keep: a sync token, the last message of a room.
    'CREATE TABLE memory (owner TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, name))',
    // The MQTT session of each virtual server: who we said we are, QoS 2 packets on their way, and who is on the other servers.
    // `scope` tells one session from another, and is empty when the broker holds none; `last_user` only ever grows.
    `CREATE TABLE session (server TEXT PRIMARY KEY, scope TEXT NOT NULL, started BIGINT NOT NULL, instance TEXT NOT NULL,
      last_user BIGINT NOT NULL)`,
    'CREATE TABLE packet_received (server TEXT NOT NULL, packet_id INTEGER NOT NULL, PRIMARY KEY (server, packet_id))',
    `CREATE TABLE packet_sent (server TEXT NOT NULL, seq BIGINT NOT NULL, packet_id INTEGER, released INTEGER NOT NULL,
      topic TEXT NOT NULL, payload TEXT NOT NULL, retain INTEGER NOT NULL, PRIMARY KEY (server, seq))`,
    `CREATE TABLE peer (server TEXT NOT NULL, id TEXT NOT NULL, online INTEGER NOT NULL, started BIGINT NOT NULL, dialect TEXT,
      told INTEGER NOT NULL, PRIMARY KEY (server, id))`,
    `CREATE TABLE peer_user (server TEXT NOT NULL, peer TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,
      first_seen BIGINT NOT NULL, extra TEXT NOT NULL, PRIMARY KEY (server, peer, id))`,
    // Platform users whom the network has seen. `id` is their user id there, for ever; `present` is 1 while they are visible, `room`
    // is where they spoke last.
    `CREATE TABLE speaker (server TEXT NOT NULL, adapter TEXT NOT NULL, user_id TEXT NOT NULL, id BIGINT NOT NULL,
      name TEXT NOT NULL, extra TEXT NOT NULL, first_seen BIGINT NOT NULL, spoke_at BIGINT NOT NULL, present INTEGER NOT NULL,
      room TEXT, PRIMARY KEY (server, adapter, user_id))`,
    'CREATE UNIQUE INDEX speaker_id ON speaker (server, id)',
    // Speakers who may not be heard. `until` is empty for ever; `mute` is 1 for what only follows a kick.
    // `place` is the room or game server where it was wanted, as JSON.
    `CREATE TABLE ban (adapter TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
      at BIGINT NOT NULL, until BIGINT, mute INTEGER NOT NULL, place TEXT, PRIMARY KEY (adapter, user_id))`,
    // What operators and moderators did.
    `CREATE TABLE audit (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
      detail TEXT NOT NULL)`,
    // A thread as a destination knows it: `id` is the same everywhere, `native_id` is its own there. `name` is empty for what was
    // only made there to show it.
    `CREATE TABLE thread (id TEXT NOT NULL, destination TEXT NOT NULL, native_id TEXT NOT NULL, name TEXT NOT NULL,
      used_at BIGINT NOT NULL, PRIMARY KEY (id, destination))`,
    'CREATE INDEX thread_native ON thread (destination, native_id)',
    'CREATE INDEX thread_used ON thread (used_at)',
    // Who reacted to a message, as a destination was told. `target` is the message and `id` the reaction's event; `native` is 1 where
    // it is shown by the platform's own means.
    `CREATE TABLE reaction (destination TEXT NOT NULL, target TEXT NOT NULL, emoji TEXT NOT NULL, who TEXT NOT NULL, id TEXT NOT NULL,
      native INTEGER NOT NULL, PRIMARY KEY (destination, target, emoji, who))`,
    // Rooms that were added to a channel at run time, and who consented. `made` is 1 where the channel was not configured then.
    `CREATE TABLE room (adapter TEXT NOT NULL, room TEXT NOT NULL, channel TEXT NOT NULL, made INTEGER NOT NULL, by_name TEXT NOT NULL,
      by_id TEXT NOT NULL, via TEXT NOT NULL, at BIGINT NOT NULL, server TEXT, PRIMARY KEY (adapter, room))`,
    // What is paused: a channel by its name, or a room; what it is not is empty.
    `CREATE TABLE pause (channel TEXT NOT NULL, adapter TEXT NOT NULL, room TEXT NOT NULL, by TEXT NOT NULL, at BIGINT NOT NULL,
      PRIMARY KEY (channel, adapter, room))`,
    // What the platform of an adapter knows a file by that the adapter uploaded there.
    `CREATE TABLE upload (adapter TEXT NOT NULL, source TEXT NOT NULL, uri TEXT NOT NULL, type TEXT NOT NULL, size BIGINT NOT NULL,
      width BIGINT, height BIGINT, at BIGINT NOT NULL, PRIMARY KEY (adapter, source))`,
    'CREATE INDEX upload_at ON upload (adapter, at)',
    // Platform accounts whose owner has shown in a game that a SteamID is theirs.
    `CREATE TABLE account (adapter TEXT NOT NULL, user_id TEXT NOT NULL, steamid64 TEXT NOT NULL, name TEXT NOT NULL, avatar TEXT,
      at BIGINT NOT NULL, PRIMARY KEY (adapter, user_id))`,
    'CREATE UNIQUE INDEX account_steamid64 ON account (steamid64, adapter)',
    // The codes by which they show it, until they are used or over.
    `CREATE TABLE link_code (code TEXT PRIMARY KEY, adapter TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, avatar TEXT,
      room TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    // Platform users of whom nothing is carried, since they want it so.
    `CREATE TABLE opt_out (adapter TEXT NOT NULL, user_id TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (adapter, user_id))`,
    // Platform users, and those with whom they whispered. `who` tells one from another, and `party` says who they are, as JSON.
    `CREATE TABLE conversation (adapter TEXT NOT NULL, user_id TEXT NOT NULL, who TEXT NOT NULL, party TEXT NOT NULL,
      heard_at BIGINT NOT NULL, told_at BIGINT NOT NULL, last_at BIGINT NOT NULL, PRIMARY KEY (adapter, user_id, who))`,
    'CREATE INDEX conversation_last ON conversation (last_at)',
    // Whose whispers a platform user does not want.
    `CREATE TABLE block (adapter TEXT NOT NULL, user_id TEXT NOT NULL, who TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL,
      PRIMARY KEY (adapter, user_id, who))`,
  ],
];
