import { unitPreset } from './preset.ts'

export default unitPreset()
