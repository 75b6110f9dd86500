/** Thrown instead of an answer: the caller's connection is to end without one. */
export class DroppedConnection extends Error {}
