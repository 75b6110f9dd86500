/** A certificate with less left is to be renewed. */
export const ENOUGH_DAYS = 7
