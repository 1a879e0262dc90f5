import { findCommand } from './find-tool.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Finds a Chromium on the PATH; null when there is none. Throws when INLET_TEST_REQUIRE asks for it. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): string | null => findCommand('chromium', NAMES, env)
