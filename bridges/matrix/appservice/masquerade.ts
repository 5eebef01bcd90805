/** Speaking to the homeserver as one of our ghosts. https://spec.matrix.org/v1.13/application-service-api/#identity-assertion */
import type { Caller } from '../homeserver.ts';

/** The homeserver's interface, as the user with this id sees it. */
export function asUser(homeserver: Caller, userId: string): Caller {
  return {
    call(method, path, options = {}) {
      const { query = [] } = options;
      const pairs = Array.isArray(query) ? query : Object.entries(query);
      return homeserver.call(method, path, { ...options, query: [...pairs, ['user_id', userId]] });
    },
  };
}
