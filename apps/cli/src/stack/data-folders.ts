/** The default data folder of `inlet up`. */
export const DATA_FOLDER = '.inlet'

/** The demo's own folder: its sources read servers that run only with the demo, and would fail forever in another installation. */
export const DEMO_FOLDER = '.inlet-demo'

/** The folders in which commands look for a running installation, in order. */
export const DATA_FOLDERS: readonly string[] = [DATA_FOLDER, DEMO_FOLDER]
