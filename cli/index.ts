/** The package's main entry: what a `framegate.config.ts` imports. */
import type { FramegateConfig } from './config-schema.ts'

export type { FramegateConfig }

/** Identity, for the types: an editor knows every setting. */
export const defineConfig = (config: FramegateConfig): FramegateConfig => config
