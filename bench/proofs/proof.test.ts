import { expect, test } from 'bun:test'
import { ratioOf } from './proof.ts'

test('the two take turns, and neighbours are compared', async () => {
  const order: string[] = []
  // A machine that gets slower by half with each measurement.
  let speed = 1
  const rate = (who: string, own: number) => async () => {
    order.push(who)
    speed /= 2
    return own * speed
  }
  const result = await ratioOf(3, rate('one', 3), rate('other', 1))
  expect(order).toEqual(['one', 'other', 'other', 'one', 'one', 'other'])
  expect(result).toEqual({ ratio: 6, low: 1.5, high: 6 })
})
