/**
 * A target that runs commands one after the other from the root of the workspace, with `node_modules/.bin` ahead in
 * PATH: `node` is the version that the lock file pins, whichever version runs Nx.
 *
 * @param {{ description: string, commands: string[], inputs: unknown[], cache?: boolean, parallelism?: boolean }} target
 */
export function commandTarget({ description, commands, inputs, cache = true, parallelism = true }) {
  return {
    executor: 'nx:run-commands',
    options: { commands, parallel: false },
    inputs,
    outputs: [],
    cache,
    parallelism,
    metadata: { description },
  }
}

/**
 * A name for several targets of the same project. `inputs` is what they read together: `nx affected` selects by inputs
 * and then adds what the selected targets depend on.
 */
export function noopTarget({ description, dependsOn, inputs }) {
  return { executor: 'nx:noop', dependsOn, inputs, cache: false, metadata: { description } }
}
