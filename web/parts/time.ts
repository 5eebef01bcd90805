/** Times as people say them, in their own language. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** `14:05` */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** The whole date and time. */
export function fullTime(at: number): string {
  return full.format(at);
}

/** The same for all moments of one day here. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** `Today`, `Yesterday`, or the day. */
export function dayName(at: number, now: number): string {
  if (dayOf(at) === dayOf(now)) return 'Today';
  // Not every day has 24 hours.
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  return dayOf(at) === yesterday.toDateString() ? 'Yesterday' : date.format(at);
}

/** `4 s`, `12 min`, `3 h 5 min`, `2 d` */
export function span(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return '< 1 min';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}
