/** Who is killed. */
export const VICTIMS = ['test', 'supervisor', 'both'] as const
export type Victim = (typeof VICTIMS)[number]
