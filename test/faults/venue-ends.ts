/** By the status in a venue's books: how the order may have ended in the log; filled, it says no end. */
export const endsOf: Readonly<Record<string, readonly string[]>> = {
  NONE: ['order.rejected', 'order.canceled'],
  FILLED: [''],
  CANCELED: ['order.canceled'],
  EXPIRED: ['order.expired'],
}
