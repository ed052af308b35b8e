import { TimeHistogram } from '../metrics/histogram.ts'
import type { TagResult } from './result.ts'

/** Counts and times of the operations that carry one tag. */
export class Tally {
  readonly response = new TimeHistogram()
  readonly service = new TimeHistogram()
  planned = 0
  completed = 0
  failed = 0
  dropped = 0

  result(): TagResult {
    const { planned, completed, failed, dropped } = this
    return {
      planned,
      completed,
      failed,
      dropped,
      inFlight: planned - completed - failed - dropped,
      response: this.response.encode(),
      service: this.service.encode(),
    }
  }

  free(): void {
    this.response.free()
    this.service.free()
  }
}
