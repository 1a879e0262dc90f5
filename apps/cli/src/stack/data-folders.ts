/** Where `inlet up` keeps an installation by default. */
export const DATA_FOLDER = '.inlet'

/** The demo's own: its sources read servers that run with the demo only, and would fail for ever in another installation. */
export const DEMO_FOLDER = '.inlet-demo'

/** In which commands look for an installation that runs, the first that has one. */
export const DATA_FOLDERS: readonly string[] = [DATA_FOLDER, DEMO_FOLDER]
