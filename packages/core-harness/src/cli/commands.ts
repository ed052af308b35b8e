import type { CommandEntry } from './command.ts'

/** Every command, in the order of `harness --help`. A module is loaded only when its command is given. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run the suites of a level and print the guarantees',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'prove',
    summary: "prove that a package's tests can fail, by its defects",
    load: async () => (await import('./prove.ts')).prove,
  },
  { name: 'verify', summary: 'run all tests of the workspace', load: async () => (await import('./verify.ts')).verify },
  {
    name: 'report',
    summary: 'write the reports of a run: HTML, JSON, Markdown, JUnit',
    load: async () => (await import('./report.ts')).report,
  },
  {
    name: 'sla',
    summary: 'print whether a run met its service levels',
    load: async () => (await import('./sla.ts')).sla,
  },
  {
    name: 'trend',
    summary: 'draw what runs of the past measured, and where it changed',
    load: async () => (await import('./trend.ts')).trend,
  },
  {
    name: 'compare',
    summary: 'run a suite on two versions by turns, and say which is slower',
    load: async () => (await import('./compare.ts')).compare,
  },
  {
    name: 'conformance',
    summary: 'compare the adapters of a package, guarantee by guarantee',
    load: async () => (await import('./conformance.ts')).conformance,
  },
  {
    name: 'check',
    summary: 'judge a stored history again, by a checker',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'lint-guarantees',
    summary: 'check that each guarantee has exactly one test',
    load: async () => (await import('./lint-guarantees.ts')).lintGuaranteesCommand,
  },
  {
    name: 'doctor',
    summary: 'say how each dependency would be served here, and what is missing',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'up',
    summary: 'start dependencies and keep them running until down',
    load: async () => (await import('./up.ts')).up,
  },
  {
    name: 'down',
    summary: 'end the supervisor and all that it started',
    load: async () => (await import('./down.ts')).down,
  },
  {
    name: 'status',
    summary: 'list the running dependencies and who uses them',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'staging',
    summary: 'start services with their dependencies, and keep them for suites at L4',
    load: async () => (await import('./staging.ts')).staging,
  },
]
