/** `npm run test:leaks`: kills at random moments and looks for what is left. See packages/core-harness/bench/leaks.ts. */
import '../packages/core-harness/bench/leaks.ts'
