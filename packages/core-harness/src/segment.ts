/** Which customers a promise matters to. */
export type Segment = 'Free' | 'Early' | 'Mid' | 'Enterprise' | 'All'
