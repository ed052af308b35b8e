export { TimeHistogram } from './histogram.ts'
export type { ResourceSeries } from './resource-series.ts'
export { TimeDistribution } from './time-distribution.ts'
