import type { SyncTransformer, TransformOptions } from '@jest/transform'
import { TsJestTransformer } from 'ts-jest'
import type { TsJestTransformerOptions } from 'ts-jest'

type Options = TransformOptions<TsJestTransformerOptions>

/**
 * ts-jest, whose cache does not know the adapter under test. As it comes, it counts all of the Jest configuration into the
 * key of what it has transpiled: each run, and each defect of prove, would transpile every file anew, 0.4 s at a time.
 */
export default {
  createTransformer(configuration: TsJestTransformerOptions): SyncTransformer<TsJestTransformerOptions> {
    const transformer = new TsJestTransformer(configuration)
    return {
      canInstrument: true,
      getCacheKey: (source, path, options) => transformer.getCacheKey(source, path, withoutRun(options)),
      process: (source, path, options) => transformer.process(source, path, withoutRun(options)),
      processAsync: (source, path, options) => transformer.processAsync(source, path, withoutRun(options)),
    }
  },
}

/** One object for all configurations that differ only in what this run tests: ts-jest looks its settings up by identity. */
const known = new Map<string, Options['config']>()

function withoutRun(options: Options): Options {
  const { config } = options
  const key = `${config.rootDir} ${JSON.stringify(config.transform)}`
  const settled = known.get(key) ?? { ...config, globals: {}, testMatch: [] }
  known.set(key, settled)
  return { ...options, config: settled, configString: key }
}
