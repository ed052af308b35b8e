import { guaranteePreset } from './preset.ts'

export default guaranteePreset('l4')
