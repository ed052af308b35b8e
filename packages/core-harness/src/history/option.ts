import { z } from 'zod'

/** An option that is on or off, as a value or as the command line gives it: `true`, `no`, `1`. */
export const flag = z.union([z.boolean(), z.stringbool()])

/** An amount, as a number or as text. */
export const nonNegative = z
  .union([z.number(), z.string().regex(/\d/).transform(Number)])
  .pipe(z.number().nonnegative())
