/** A certificate with less left is to be renewed. */
export const ENOUGH_DAYS = 7

/** The same in milliseconds. */
export const ENOUGH_TIME = ENOUGH_DAYS * 86_400_000
