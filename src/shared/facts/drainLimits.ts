/**
 * Idle connections that can't be handed over are left to their own `keepAliveTimeout`, and closed this many
 * milliseconds before the drain is cut off.
 */
export const idleMarginMs = 1_000;

/** At most this many requests are listed; the count covers all of them. */
export const mostRequestsNamed = 50;
