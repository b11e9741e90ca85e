import type { PayloadOf } from '#schemas/catalogue.ts'

/** The newest score of each model on each instrument; null while a model cannot say. */
export type Scores = { [key: string]: number | null }

/** Has a space, which no name and no instrument has: it never names a prototype's field. */
export const scoreKey = (model: string, instrument: string): string => `${model} ${instrument}`

export function takeScore(scores: Scores, { model, instrument, score }: PayloadOf<'ml.signal'>): void {
  scores[scoreKey(model, instrument)] = score
}
