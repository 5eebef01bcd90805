/** Why deliveries were given up, where no platform said so. */

/** It waited for too long. */
export const EXPIRED = 'it waited for too long';
/** Its destination is not there any more. */
export const NOT_CONFIGURED = 'it is no longer configured';
/** Its event makes no sense: the database is damaged. */
export const UNREADABLE = 'it could not be read';
/** Too many waited in memory. */
export const CROWDED = 'too many messages waited in memory, since the database could not be written';
