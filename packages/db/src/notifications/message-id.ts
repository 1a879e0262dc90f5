/** The id a receiver sees, the same at every try. */
export const toMessageId = (deliveryId: string): string => `msg_${deliveryId}`
