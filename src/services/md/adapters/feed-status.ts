import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'

/** What a status of a real feed says besides its name. */
export type FeedStatus = Omit<PayloadOf<'md.status'>, 'feed' | 'isSimulated'>

export const feedStatus = (feed: string, status: FeedStatus): Statement<'md.status'> => ({
  topic: 'md.status',
  payload: { feed, isSimulated: false, ...status },
})
